package policy

import (
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// need is something that a document must hold for a body of `deny` to succeed on
// it. It is read from the text of the rule, and says less than the body: where it
// does not hold, the rule has nothing to say, and need not be compiled to find out.
type need struct {
	Path   []string `json:"path"`             // keys from the root of the input; "*" is any element of a list or object
	Values []string `json:"values,omitempty"` // one of these is there; none: anything is
	True   bool     `json:"true,omitempty"`   // what is there is not false
}

// needsOf reads the needs of each body of `deny`. nil: some body needs nothing that
// is known before it is evaluated, so that the rule concerns every document.
func needsOf(module *ast.Module) [][]need {
	var all [][]need
	for _, rule := range module.Rules {
		ref := rule.Head.Ref()
		if name, ok := ref[0].Value.(ast.Var); !ok || name != "deny" {
			continue
		}
		needs := needsOfBody(rule.Body)
		if len(needs) == 0 || rule.Else != nil || len(ref) > 1 {
			return nil
		}
		all = append(all, needs)
	}
	return all
}

func needsOfBody(body ast.Body) []need {
	r := reader{places: map[ast.Var][]string{}}
	for _, expr := range body {
		if expr.Negated || len(expr.With) > 0 {
			continue // it says what must not be, or of another input
		}
		switch terms := expr.Terms.(type) {
		case *ast.Term:
			r.truth(terms)
		case *ast.SomeDecl:
			if call, ok := terms.Symbols[0].Value.(ast.Call); ok {
				r.call(call)
			}
		case []*ast.Term:
			r.call(terms)
		}
	}
	return r.needs
}

// reader goes through one body. places are the variables that stand for a place in
// the input.
type reader struct {
	places map[ast.Var][]string
	needs  []need
}

func (r *reader) add(n need) {
	if len(n.Path) > 0 {
		r.needs = append(r.needs, n)
	}
}

// truth reads an expression that is only a reference: it must be there, and not false.
func (r *reader) truth(term *ast.Term) {
	if path, ok := r.place(term); ok {
		r.add(need{Path: path, True: true})
	}
}

func (r *reader) call(terms []*ast.Term) {
	operator, args := terms[0].String(), terms[1:]
	switch {
	case operator == ast.Member.Name && len(args) == 2:
		r.member(args[0], args[1])
	case operator == ast.MemberWithKey.Name && len(args) == 3:
		r.member(args[1], args[2])
	case slices.Contains([]string{ast.Assign.Name, ast.Equality.Name, ast.Equal.Name}, operator) && len(args) == 2:
		r.equal(args[0], args[1])
		r.equal(args[1], args[0])
	}
}

// member reads `element in collection`, also after `some`.
func (r *reader) member(element, collection *ast.Term) {
	if path, ok := r.place(element); ok {
		r.add(need{Path: path, Values: literals(collection)})
	}
	path, ok := r.place(collection)
	if !ok {
		return
	}
	path = append(slices.Clone(path), "*")
	r.add(need{Path: path, Values: literals(ast.ArrayTerm(element))})
	r.stands(element, path)
}

// equal reads `a == b`, `a = b` and `a := b`, one side of it at a time.
func (r *reader) equal(a, b *ast.Term) {
	path, ok := r.place(b)
	if !ok {
		return
	}
	r.add(need{Path: path, Values: literals(ast.ArrayTerm(a))})
	r.stands(a, path)
}

// stands notes that a variable stands for a place.
func (r *reader) stands(term *ast.Term, path []string) {
	if name, ok := term.Value.(ast.Var); ok && !name.IsWildcard() {
		if _, known := r.places[name]; !known {
			r.places[name] = path
		}
	}
}

// place is where in the input a term leads. What is not a plain key leads to
// any element.
func (r *reader) place(term *ast.Term) ([]string, bool) {
	switch v := term.Value.(type) {
	case ast.Var:
		path, ok := r.places[v]
		return path, ok
	case ast.Ref:
		head, _ := v[0].Value.(ast.Var)
		path, ok := r.places[head]
		if !ok && !v.HasPrefix(ast.InputRootRef) {
			return nil, false
		}
		path = slices.Clone(path)
		for _, step := range v[1:] {
			key := "*"
			if s, ok := step.Value.(ast.String); ok {
				key = string(s)
			}
			path = append(path, key)
		}
		return path, true
	}
	return nil, false
}

// literals are the elements of a list or set when all of them are plain text.
func literals(collection *ast.Term) []string {
	var values []string
	plain := true
	add := func(element *ast.Term) {
		s, ok := element.Value.(ast.String)
		values, plain = append(values, string(s)), plain && ok
	}
	switch v := collection.Value.(type) {
	case *ast.Array:
		v.Foreach(add)
	case ast.Set:
		v.Foreach(add)
	}
	if !plain {
		return nil
	}
	return values
}
