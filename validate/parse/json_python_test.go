package parse

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// vector is a file's content and what Python's json module reads in it, in the notation
// of testdata/json_python.py, which wrote it.
type vector struct{ source, want string }

func readVectors(tb testing.TB) []vector {
	tb.Helper()
	data, err := os.ReadFile("testdata/json_python.txt")
	if err != nil {
		tb.Fatal(err)
	}
	var vectors []vector
	for line := range strings.Lines(string(data)) {
		quoted, want, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		source, err := strconv.Unquote(quoted)
		if err != nil {
			tb.Fatalf("%s: %v", quoted, err)
		}
		vectors = append(vectors, vector{source, want})
	}
	return vectors
}

// notation writes what the parser made of source as testdata/json_python.py writes it.
func notation(source string) string {
	node, err := JSON([]byte(source), JSONOptions{NonFinite: true})
	if err != nil {
		return "error"
	}
	var b strings.Builder
	writeNotation(&b, node)
	return b.String()
}

func writeNotation(b *strings.Builder, n *Node) {
	switch n.Kind {
	case Number:
		b.WriteString("#" + n.Text)
	case NonFinite:
		b.WriteString("!" + n.Text)
	case String:
		b.WriteString(codePoints(n.Text))
	case Array:
		b.WriteString("[")
		for i := range n.Items {
			if i > 0 {
				b.WriteString(",")
			}
			writeNotation(b, &n.Items[i])
		}
		b.WriteString("]")
	case Object:
		b.WriteString("{")
		for i, member := range n.Dict() {
			if i > 0 {
				b.WriteString(",")
			}
			b.WriteString(codePoints(member.Key) + ":")
			writeNotation(b, &member.Value)
		}
		b.WriteString("}")
	default:
		b.WriteString(n.Text)
	}
}

// codePoints lists the code points of a string in hexadecimal, lone surrogates (WTF-8) too.
func codePoints(text string) string {
	var points []string
	for i := 0; i < len(text); {
		size, point := 1, rune(text[i])
		switch {
		case text[i] >= 0xf0:
			size, point = 4, rune(text[i]&7)
		case text[i] >= 0xe0:
			size, point = 3, rune(text[i]&15)
		case text[i] >= 0xc0:
			size, point = 2, rune(text[i]&31)
		}
		for _, c := range []byte(text[i+1 : i+size]) {
			point = point<<6 | rune(c&63)
		}
		points = append(points, fmt.Sprintf("%x", point))
		i += size
	}
	return `"` + strings.Join(points, " ") + `"`
}

func TestJSONReadsAsPython(t *testing.T) {
	vectors := readVectors(t)
	if len(vectors) < 100 {
		t.Fatalf("only %d vectors", len(vectors))
	}
	for _, v := range vectors {
		if got := notation(v.source); got != v.want {
			t.Errorf("%q\n got %s\nwant %s", v.source, got, v.want)
		}
	}
}

// TestJSONReadsAsPythonHere asks the Python at hand about the vectors and about random
// damage to them. Without one, TestJSONReadsAsPython has compared with its answers.
func TestJSONReadsAsPythonHere(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Logf("no python3 here (%v): compared with recorded answers only", err)
		return
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	var sources []string
	for _, v := range readVectors(t) {
		sources = append(sources, v.source)
		for range 20 {
			sources = append(sources, damage(random, v.source))
		}
	}
	var input bytes.Buffer
	for _, source := range sources {
		input.WriteString(base64.StdEncoding.EncodeToString([]byte(source)) + "\n")
	}
	command := exec.Command(python, "testdata/json_python.py")
	command.Stdin = &input
	output, err := command.Output()
	if err != nil {
		t.Fatalf("python3: %v", err)
	}
	answers := bufio.NewScanner(bytes.NewReader(output))
	answers.Buffer(nil, 1<<20)
	for _, source := range sources {
		if !answers.Scan() {
			t.Fatalf("fewer answers than questions: %v", answers.Err())
		}
		if got := notation(source); got != answers.Text() {
			t.Errorf("%q\n  got %s\npython %s", source, got, answers.Text())
		}
	}
}

// damage inserts, drops or replaces one or two pieces of source.
func damage(random *rand.Rand, source string) string {
	pieces := []string{
		`"`, `\`, `\u`, `\ud83d`, `\ude00`, "{", "}", "[", "]", ",", ":", "-", "0", "1", ".", "e", "E", "+",
		"null", "true", "NaN", "Infinity", " ", "\n", "\r", "\t", "\x00", "\x1f", "\x7f", "é", "😀", "\xff", "\ufeff", "/",
	}
	for range 1 + random.IntN(2) {
		at := random.IntN(len(source) + 1)
		end := min(len(source), at+random.IntN(3))
		source = source[:at] + pieces[random.IntN(len(pieces))] + source[end:]
	}
	return source
}
