package tofu_test

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/randfill"

	"github.com/lotus-lake/lotus-gate/tofu"
)

// A copy is equal and shares no memory: wiping the original leaves it whole.
func TestDeepCopySharesNothing(t *testing.T) {
	const seed = 3
	filled := func() *tofu.TerraformList {
		list := &tofu.TerraformList{}
		randfill.NewWithSeed(seed).NilChance(0).NumElements(2, 2).MaxDepth(12).Fill(list)
		return list
	}
	list, want := filled(), filled()
	copied := list.DeepCopyObject()
	wipe(reflect.ValueOf(list).Elem())
	if diff := cmp.Diff(runtime.Object(want), copied); diff != "" {
		t.Errorf("seed %d: the copy differs, or changed with the original:\n%s", seed, diff)
	}
}

// wipe sets everything that v reaches to its zero value, in place.
func wipe(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			wipe(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				wipe(v.Field(i))
			}
		}
		return
	case reflect.Slice:
		for i := range v.Len() {
			wipe(v.Index(i))
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			v.SetMapIndex(k, reflect.Value{})
		}
	}
	if v.CanSet() {
		v.SetZero()
	}
}
