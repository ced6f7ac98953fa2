package parse

import "fmt"

// SyntaxError says where and why a file is not what its name promises. Line and
// Column are 1-based; Column counts bytes. Message is a sentence without final period;
// it quotes one character of the input at most, so that it can hold no secret.
type SyntaxError struct {
	Line    int
	Column  int
	Message string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Message)
}
