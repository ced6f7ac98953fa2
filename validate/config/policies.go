package config

import (
	"fmt"
	"slices"
	"strings"
)

// maxPolicies bounds the directories with rules.
const maxPolicies = 64

func (c Config) checkPolicies() error {
	if len(c.Policies) > maxPolicies {
		return fmt.Errorf("%d directories, more than the %d that a configuration may name", len(c.Policies), maxPolicies)
	}
	for i, dir := range c.Policies {
		if !isDirectory(dir) {
			return fmt.Errorf("%q: want a directory relative to the repository's root, without .. or a trailing slash", dir)
		}
		for _, other := range slices.Concat(c.Policies[:i], c.Policies[i+1:]) {
			if within(dir, other) {
				return fmt.Errorf("%q lies in %q: its rules would be there twice", dir, other)
			}
		}
	}
	return nil
}

// within reports whether a path is a directory or lies in it.
func within(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }

// Judges reports whether a path decides about pushes: the configuration, and what
// lies in the directories with rules.
func (c Config) Judges(path string) bool {
	return path == File || slices.ContainsFunc(c.Policies, func(dir string) bool { return within(path, dir) })
}
