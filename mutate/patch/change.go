// Package patch turns wished annotations into the smallest JSON patch of an admission request.
package patch

// Change is what some annotations of one metadata block of an object are to be.
type Change struct {
	// Path of the block from the object's root: {"metadata"}, {"spec", "template", "metadata"}.
	Path []string
	// Annotations by name; nil means that it is to be absent. Those not named stay as they are.
	Annotations map[string]*string
}
