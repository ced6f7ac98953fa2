package hcl

import "github.com/hashicorp/hcl/v2/hclsyntax"

// forScope adds the variables of a `for`, remembering what they range over.
func forScope(r reader, e *hclsyntax.ForExpr, in *scope) *scope {
	of := r.collection(e.CollExpr, in)
	names := map[string]*Collection{e.ValVar: of}
	if e.KeyVar != "" {
		names[e.KeyVar] = of
	}
	return &scope{names: names, key: e.KeyVar, outer: in}
}

// sameElements are the functions whose result has the elements of their first argument.
var sameElements = map[string]bool{"toset": true, "tolist": true, "sort": true, "distinct": true, "reverse": true, "setunion": true}

// collection tells the elements of e, or nil.
func (r reader) collection(e hclsyntax.Expression, in *scope) *Collection {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return r.collection(e.Expression, in)
	case *hclsyntax.FunctionCallExpr:
		if sameElements[e.Name] && len(e.Args) == 1 {
			return r.collection(e.Args[0], in)
		}
		if read, ok := r.read(e, in); ok && read.Call == "fileset" {
			return &Collection{Fileset: &read}
		}
	case *hclsyntax.ScopeTraversalExpr:
		if len(e.Traversal) == 2 && e.Traversal.RootName() == "local" {
			return &Collection{Ref: traversalText(e.Traversal)}
		}
	case *hclsyntax.TupleConsExpr:
		return literalElements(e)
	case *hclsyntax.ObjectConsExpr:
		c := &Collection{Keys: []string{}}
		for _, item := range e.Items {
			key := objectKey(item.KeyExpr)
			if key == "" {
				return nil
			}
			c.Keys = append(c.Keys, key)
		}
		return c
	case *hclsyntax.ForExpr:
		return r.filtered(e, in)
	}
	return nil
}

func literalElements(e *hclsyntax.TupleConsExpr) *Collection {
	c := &Collection{Values: []string{}}
	for _, item := range e.Exprs {
		v, ok := literal(item)
		s, isString := v.(string)
		if !ok || !isString {
			return nil
		}
		c.Values = append(c.Values, s)
	}
	return c
}

// filtered follows [for f in files : f if …]: its elements are among those of the collection.
func (r reader) filtered(e *hclsyntax.ForExpr, in *scope) *Collection {
	value, ok := e.ValExpr.(*hclsyntax.ScopeTraversalExpr)
	if !ok || e.KeyExpr != nil || len(value.Traversal) != 1 || value.Traversal.RootName() != e.ValVar {
		return nil
	}
	of := r.collection(e.CollExpr, in)
	if of == nil || of.Fileset == nil && of.Ref == "" {
		return nil // a filtered list of literals may hold any of them
	}
	return of
}
