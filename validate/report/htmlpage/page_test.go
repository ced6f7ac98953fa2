package htmlpage

import (
	"crypto/sha256"
	"encoding/base64"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// TestPolicy holds the page to its policy: the hashes are of what is in it.
func TestPolicy(t *testing.T) {
	var b strings.Builder
	if err := Page("a <title>").Render(&b); err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	policy, seen := "", map[string]int{}
	for n := range root.Descendants() {
		text := ""
		if n.FirstChild != nil {
			text = n.FirstChild.Data
		}
		switch n.Data {
		case "meta":
			if attr(n, "http-equiv") == "Content-Security-Policy" {
				policy = attr(n, "content")
			}
		case "title":
			if text != "a <title>" {
				t.Errorf("title %q", text)
			}
		case "style", "script":
			seen[n.Data]++
			sum := sha256.Sum256([]byte(text))
			if want := n.Data + "-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(policy, want) {
				t.Errorf("policy %q lacks %s", policy, want)
			}
		}
	}
	if !strings.HasPrefix(policy, "default-src 'none';") || seen["style"] != 1 || seen["script"] != 1 {
		t.Errorf("policy %q, %v", policy, seen)
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// TestNothingFromElsewhere finds no address in style and script.
func TestNothingFromElsewhere(t *testing.T) {
	for _, text := range []string{Style, Script} {
		if found := regexp.MustCompile(`(?i)https?:|//[a-z]|url\(|@import|src=|fetch\(|XMLHttp|</`).FindString(strings.ReplaceAll(text, "// ", "")); found != "" {
			t.Errorf("%q in %.60q", found, text)
		}
	}
}

// TestContrast computes the contrast of the colours that stand on each other, in
// light and in dark: WCAG 2.2 asks for 4.5 for text, and 3 for what is drawn.
func TestContrast(t *testing.T) {
	pairs := []struct {
		front, back string
		least       float64
	}{
		{"text", "bg", 7},
		{"text", "panel", 7},
		{"text", "mark", 4.5},
		{"muted", "bg", 4.5},
		{"muted", "panel", 4.5},
		{"accent", "bg", 4.5},
		{"accent", "panel", 4.5},
		{"accent", "info-bg", 4.5},
		{"error", "bg", 3},
		{"error", "error-bg", 4.5},
		{"warning", "warning-bg", 4.5},
		{"info", "info-bg", 4.5},
		{"passed", "passed-bg", 4.5},
		{"text", "error-bg", 7},
		{"text", "warning-bg", 7},
		{"text", "passed-bg", 7},
		{"bar", "bg", 3},
		{"muted", "bg", 3},
	}
	light, dark, ok := strings.Cut(Style, "@media (prefers-color-scheme: dark)")
	if !ok {
		t.Fatal("no dark palette")
	}
	dark, _, _ = strings.Cut(dark, "\n}")
	for name, palette := range map[string]map[string]string{"light": colours(light), "dark": colours(dark)} {
		used := map[string]bool{"rule": true} // a line between things that are apart anyway
		for _, p := range pairs {
			used[p.front], used[p.back] = true, true
			if got := contrast(t, palette[p.front], palette[p.back]); got < p.least {
				t.Errorf("%s: %s on %s has %.2f, want %.1f", name, p.front, p.back, got, p.least)
			}
		}
		for colour := range palette {
			if !used[colour] {
				t.Errorf("%s: nothing is known of %s", name, colour)
			}
		}
		if len(palette) != len(used) {
			t.Errorf("%s has %d colours, want %d", name, len(palette), len(used))
		}
	}
	if used := regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b`).FindAllString(Style[strings.Index(Style, "* {"):], -1); used != nil {
		t.Errorf("colours that are not of the palette: %q", used)
	}
}

func colours(css string) map[string]string {
	found := map[string]string{}
	for _, m := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`).FindAllStringSubmatch(css, -1) {
		found[m[1]] = m[2]
	}
	return found
}

// contrast is that of WCAG: (L1 + 0.05) / (L2 + 0.05).
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	one, other := luminance(t, a), luminance(t, b)
	return (max(one, other) + 0.05) / (min(one, other) + 0.05)
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		if len(colour) != 7 {
			t.Fatalf("colour %q", colour)
		}
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
