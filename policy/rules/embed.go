// Package rules holds the shipped rules: one folder a rule, named
// <domain>/<rule>, with the rule, its test and its examples.
package rules

import "embed"

//go:generate go run generate.go

// FS is the folder tree of the rules with its generated index.
//
//go:embed *
var FS embed.FS
