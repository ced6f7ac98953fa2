package policy

// ForgetNeeds makes every rule concern every document of its kinds.
func (e *Engine) ForgetNeeds() {
	for _, g := range e.groups {
		clear(g.needs)
	}
}

// Compiled counts the rules of a kind and time that are compiled or about to be, and the
// parts they are in.
func (e *Engine) Compiled(kind string, when When) (rules, parts int) {
	seen := map[*part]bool{}
	for _, p := range e.groups[group{kind, when}].known {
		if p != nil {
			rules++
			seen[p] = true
		}
	}
	return rules, len(seen)
}
