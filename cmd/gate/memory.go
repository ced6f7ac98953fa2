package main

import (
	"runtime"
	"runtime/debug"
)

// Bytes of memory: what a run may take before anything is collected, and what it
// should keep below while it can.
const (
	startMemory = 64 << 20
	mostMemory  = 256 << 20
)

// collectLate puts off garbage collection until there is something worth
// collecting: most runs end before. Longer ones collect seldom, and more often as
// they come near the bound.
func collectLate() {
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(startMemory)
	sentinel := new([16]byte)
	runtime.SetFinalizer(sentinel, func(*[16]byte) {
		debug.SetGCPercent(400)
		debug.SetMemoryLimit(mostMemory)
	})
}
