// Package version names the build of the program that asks.
package version

import "runtime/debug"

// String is the module's version, or the commit of a development build.
func String() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return "devel-" + s.Value[:min(12, len(s.Value))]
		}
	}
	return "devel"
}

// UserAgent is what it calls itself to servers.
func UserAgent() string { return "lotus-gate/" + String() }
