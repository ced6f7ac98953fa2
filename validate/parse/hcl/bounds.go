package hcl

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// The HCL parser recurses with its input, so what would exhaust the stack is refused before it is parsed.
const (
	maxBytes  = 1 << 20
	maxDepth  = 500    // brackets, quotes and interpolations open at once
	maxChains = 10_000 // operators, steps and brackets that one open expression chains together
)

// bound scans tokens only (the scanner keeps its own stack) and returns what is too large or too deep, or nil.
func bound(data []byte) *Problem {
	if len(data) > maxBytes {
		return &Problem{
			Message: fmt.Sprintf("file is larger than %d MiB: not inspected", maxBytes>>20),
			At:      parse.Position{Line: 1, Column: 1},
		}
	}
	tokens, _ := hclsyntax.LexConfig(data, "", hcl.InitialPos)
	where, message := tooDeep(tokens)
	if message == "" {
		return nil
	}
	return &Problem{Message: message, At: place(parse.LinesOf(data), where)}
}

// tooDeep returns where the parser would recurse too far, and a sentence; an empty one when it would not.
func tooDeep(tokens hclsyntax.Tokens) (hcl.Pos, string) {
	type level struct {
		chain int
		brace bool
	}
	stack := []level{{brace: true}}
	chained := 0
	for _, t := range tokens {
		top := &stack[len(stack)-1]
		switch t.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOQuote,
			hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			top.chain++
			chained++
			stack = append(stack, level{brace: t.Type == hclsyntax.TokenOBrace})
			if len(stack) > maxDepth {
				return t.Range.Start, fmt.Sprintf("nested more than %d levels deep", maxDepth)
			}
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCQuote,
			hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
			if len(stack) > 1 {
				chained -= top.chain
				stack = stack[:len(stack)-1]
			}
		case hclsyntax.TokenComma:
			chained -= top.chain
			top.chain = 0
		case hclsyntax.TokenNewline:
			if top.brace {
				chained -= top.chain
				top.chain = 0
			}
		case hclsyntax.TokenIdent, hclsyntax.TokenNumberLit, hclsyntax.TokenQuotedLit, hclsyntax.TokenStringLit,
			hclsyntax.TokenComment, hclsyntax.TokenEOF:
		default:
			top.chain++
			chained++
		}
		if chained > maxChains {
			return t.Range.Start, fmt.Sprintf("one expression chains more than %d operators", maxChains)
		}
	}
	return hcl.Pos{}, ""
}
