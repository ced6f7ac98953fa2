package parse

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lotus-lake/lotus-gate/validate/lazy"
)

// scalarValue reads a scalar as goyaml.v2 does, through which Kubernetes reads manifests: YAML 1.1 with `y`, `yes`, `on`
// as true, 0777 as octal, and timestamps as strings.
func scalarValue(n *yaml.Node) any {
	if n.Style&yaml.TaggedStyle != 0 {
		switch n.ShortTag() {
		case "!!str", "!!timestamp":
			return n.Value
		case "!!null":
			return nil
		case "!!float":
			if number, ok := plainNumber(n.Value); ok {
				return number
			}
		}
		return plainScalar(n.Value)
	}
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return n.Value
	}
	return plainScalar(n.Value)
}

func plainScalar(text string) any {
	switch text {
	case "", "~", "null", "Null", "NULL":
		return nil
	case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON":
		return true
	case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF":
		return false
	}
	if number, ok := plainNumber(text); ok {
		return number
	}
	return text
}

var yamlFloat = lazy.Regexp(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)

// plainNumber reads integers of any base and decimal fractions; .inf and .nan, which JSON lacks, stay text.
func plainNumber(text string) (json.Number, bool) {
	if c := text[:min(len(text), 1)]; !strings.ContainsAny(c, "+-.0123456789") {
		return "", false
	}
	digits := strings.ReplaceAll(text, "_", "")
	if i, err := strconv.ParseInt(digits, 0, 64); err == nil {
		return json.Number(strconv.FormatInt(i, 10)), true
	}
	if u, err := strconv.ParseUint(digits, 0, 64); err == nil {
		return json.Number(strconv.FormatUint(u, 10)), true
	}
	if yamlFloat().MatchString(digits) {
		f, err := strconv.ParseFloat(digits, 64)
		if err != nil || math.IsInf(f, 0) {
			return "", false
		}
		if f == math.Trunc(f) && math.Abs(f) < 1e15 {
			return json.Number(strconv.FormatFloat(f, 'f', -1, 64)), true
		}
		return json.Number(strconv.FormatFloat(f, 'g', -1, 64)), true
	}
	return "", false
}

// keyText is a key as JSON has it: numbers and booleans in text.
func keyText(n *yaml.Node) (string, bool) {
	if n.Kind != yaml.ScalarNode {
		return "", false
	}
	switch v := scalarValue(n).(type) {
	case string:
		return v, true
	case json.Number:
		return string(v), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "null", true
}
