package policy

// MarkExisting marks as existing the findings that the base had as well, one for
// one, unless their rule is not ratcheted. Where a finding stands in the text does
// not count: lines may have moved.
func (s *Set) MarkExisting(findings, base []Finding) {
	type identity struct{ rule, path, field, message string }
	had := map[identity]int{}
	for _, f := range base {
		had[identity{f.Rule, f.Path, f.Field, f.Message}]++
	}
	for i, f := range findings {
		key := identity{f.Rule, f.Path, f.Field, f.Message}
		if rule, ok := s.Rule(f.Rule); had[key] > 0 && ok && rule.Ratchet {
			had[key]--
			findings[i].Existing = true
		}
	}
}
