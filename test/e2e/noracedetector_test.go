//go:build !race

package e2e

// raceDetector says whether this test, and so the program under test, is built with it.
const raceDetector = false
