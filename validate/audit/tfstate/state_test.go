package tfstate_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lotus-lake/lotus-gate/validate/audit/leaf"
	"github.com/lotus-lake/lotus-gate/validate/audit/tfstate"
)

const planted = "PLANTED-password"

const whole = `{"version":4,"terraform_version":"1.9.8","serial":12,"lineage":"l-1","outputs":{"password":{"value":"` + planted + `","sensitive":true}},
"resources":[
 {"mode":"managed","type":"airbyte_source","name":"shopify","instances":[{"attributes":{"source_id":"s-1","name":"Shopify","connection_configuration":"{\"shop\":\"lotus\",\"credentials\":{\"api_password\":\"` + planted + `\"}}"}}]},
 {"mode":"managed","type":"airbyte_destination","name":"lake","instances":[{"attributes":{"destination_id":"d-1","name":"Lake","connection_configuration":{"access_key_id":"` + planted + `","secret_access_key":"` + planted + `"}}}]},
 {"module":"module.m[0]","mode":"managed","type":"airbyte_connection","name":"c","instances":[
   {"index_key":"a","attributes":{"connection_id":"c-1","name":"A","source_id":"s-1","destination_id":"d-1","status":"active","prefix":"p","schedule_data":{"cron":{"cron_expression":"0 0 * * * ?","cron_time_zone":"UTC"}}}},
   {"index_key":1,"deposed":"00aa","attributes":{"id":"c-2"}}]},
 {"mode":"data","type":"airbyte_source","name":"d","instances":[{}]},
 {"mode":"managed","type":"null_resource","name":"n","instances":[{"index_key":0,"attributes":{"triggers":{"x":"` + planted + `"}}}]},
 {"mode":"managed","type":"airbyte_source_shopify","name":"own","instances":[{"attributes":{"source_id":"s-2","configuration":{"shop":"x"}}}]},
 {"mode":"managed","type":"airbyte_source_definition","name":"def","instances":[{"attributes":{"id":"def-1"}}]}
],"check_results":null}`

func TestRead(t *testing.T) {
	got, err := tfstate.Read(strings.NewReader(whole), leaf.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	leaves := func(paths ...string) []leaf.Leaf {
		var all []leaf.Leaf
		for _, p := range paths {
			all = append(all, leaf.Leaf{Path: p})
		}
		return all
	}
	want := &tfstate.State{Lineage: "l-1", Serial: 12, Instances: []tfstate.Instance{
		{Address: "airbyte_source.shopify", Block: "airbyte_source.shopify", Type: "airbyte_source", Role: "source", ID: "s-1", Name: "Shopify", Settings: leaves("credentials.api_password", "shop")},
		{
			Address: "airbyte_destination.lake", Block: "airbyte_destination.lake", Type: "airbyte_destination", Role: "destination", ID: "d-1", Name: "Lake",
			Settings: leaves("access_key_id", "secret_access_key"), AccessKeys: []tfstate.AccessKeyHeld{{Path: "access_key_id"}},
		},
		{
			Address: `module.m[0].airbyte_connection.c["a"]`, Block: "module.m[0].airbyte_connection.c", Module: "module.m[0]", Type: "airbyte_connection", Role: "connection", ID: "c-1", Name: "A",
			Status: "active", SourceID: "s-1", DestinationID: "d-1", Settings: leaves("prefix", "schedule_data.cron.cron_expression", "schedule_data.cron.cron_time_zone"),
		},
		{Address: "module.m[0].airbyte_connection.c[1]", Block: "module.m[0].airbyte_connection.c", Module: "module.m[0]", Type: "airbyte_connection", Role: "connection", ID: "c-2", Deposed: true},
		{Address: "null_resource.n[0]", Block: "null_resource.n", Type: "null_resource"},
		{Address: "airbyte_source_shopify.own", Block: "airbyte_source_shopify.own", Type: "airbyte_source_shopify", Role: "source", ID: "s-2", Settings: leaves("shop")},
		{Address: "airbyte_source_definition.def", Block: "airbyte_source_definition.def", Type: "airbyte_source_definition"},
	}}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(leaf.Leaf{}, "Digest"), cmpopts.IgnoreFields(tfstate.AccessKeyHeld{}, "Digest"), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if strings.Contains(fmt.Sprintf("%+v", got), planted) {
		t.Error("a credential left the state")
	}
}

func pack(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.Bytes()
}

// TestDamaged: every broken state says what it is, without its content.
func TestDamaged(t *testing.T) {
	packed := pack(whole)
	flipped := bytes.Clone(packed)
	flipped[len(flipped)/2] ^= 0x10
	for name, tc := range map[string]struct {
		data []byte
		want string
	}{
		"empty":             {nil, "it ends in the middle"},
		"cut":               {[]byte(whole[:900]), "it ends in the middle"},
		"a part missing":    {packed[:len(packed)-40], "it is no whole gzip stream: a part is missing or damaged"},
		"last bytes gone":   {packed[:len(packed)-4], "it is no whole gzip stream: a part is missing or damaged"},
		"a bit flipped":     {flipped, "it is no whole gzip stream: a part is missing or damaged"},
		"gzip of nothing":   {[]byte{0x1f, 0x8b, 0, 0}, "it is no whole gzip stream: a part is missing or damaged"},
		"encrypted":         {[]byte(`{"meta":{},"encrypted_data":"` + planted + `","encryption_version":"v0"}`), "it is encrypted, so nobody but its owner can read it"},
		"version 3":         {[]byte(`{"version":3,"modules":[]}`), "it is not a state of version 4, but of 3"},
		"no state":          {[]byte(`["` + planted + `"]`), "it is no Terraform state"},
		"text":              {[]byte(planted), "it is no JSON from byte 1 on"},
		"resources no list": {[]byte(`{"version":4,"resources":"` + planted + `"}`), "it is no Terraform state"},
		"another type":      {[]byte(`{"version":4,"resources":[{"mode":"managed","type":"airbyte_source","name":"a","instances":[{"attributes":{"name":["` + planted + `"]}}]}]}`), "it is no Terraform state"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tfstate.ReadPacked(bytes.NewReader(tc.data), leaf.NewKey())
			if err == nil || err.Error() != tc.want {
				t.Errorf("%v, want %s", err, tc.want)
			}
		})
	}
	if state, err := tfstate.ReadPacked(bytes.NewReader(packed), leaf.NewKey()); err != nil || len(state.Instances) != 7 {
		t.Errorf("whole: %v", err)
	}
}

func TestParts(t *testing.T) {
	for name, want := range map[string]string{
		"tfstate-default-lake": "tfstate-default-lake 0 false", "tfstate-default-lake-part-1": "tfstate-default-lake 1 true", "tfstate-a-part-12": "tfstate-a 12 true",
		"tfstate-a-part-0": "tfstate-a-part-0 0 false", "tfstate-a-part-01": "tfstate-a-part-01 0 false", "tfstate-a-part-x": "tfstate-a-part-x 0 false", "other-part-1": "other-part-1 0 false",
	} {
		whole, number, ok := tfstate.Part(name)
		if got := fmt.Sprint(whole, " ", number, " ", ok); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	for _, numbers := range [][]int{{0}, {2, 0, 1}} {
		if err := tfstate.Gap(numbers); err != nil {
			t.Errorf("%v: %v", numbers, err)
		}
	}
	for _, numbers := range [][]int{{1}, {0, 2}, {0, 1, 1}} {
		if err := tfstate.Gap(numbers); err == nil {
			t.Errorf("%v: no gap", numbers)
		}
	}
}

// FuzzRead: no bytes take the process down, and none of their values come out in an error.
func FuzzRead(f *testing.F) {
	f.Add([]byte(whole))
	f.Add(pack(whole))
	f.Add([]byte(`{"version":4,"resources":[{"mode":"managed","instances":[{"index_key":{},"attributes":[]}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := tfstate.ReadPacked(bytes.NewReader(data), leaf.NewKey()); err != nil && strings.Contains(err.Error(), "PLANTED") {
			t.Error(err)
		}
	})
}

// TestMany: 20,000 resources with big catalogs take memory for ids and names.
func TestMany(t *testing.T) {
	catalog := strings.Repeat("x", 4000)
	read := func() *tfstate.State {
		from, to := io.Pipe()
		go func() {
			w := bufio.NewWriter(to)
			fmt.Fprint(w, `{"version":4,"serial":1,"lineage":"l","resources":[`)
			for i := range 5_000 {
				if i > 0 {
					fmt.Fprint(w, ",")
				}
				fmt.Fprintf(w, `{"mode":"managed","type":"airbyte_connection","name":"c%d","instances":[{"attributes":{"connection_id":"c-%d","name":"n-%d","source_id":"s","destination_id":"d","sync_catalog":"%s"}}]}`, i, i, i, catalog)
			}
			fmt.Fprint(w, "]}")
			_ = to.CloseWithError(w.Flush())
		}()
		state, err := tfstate.Read(from, leaf.NewKey())
		if err != nil {
			t.Fatal(err)
		}
		return state
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	state := read()
	runtime.GC()
	runtime.ReadMemStats(&after)
	if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); len(state.Instances) != 5_000 || kept > 4<<20 {
		t.Errorf("%d instances, %d MiB are kept of 20 MiB", len(state.Instances), kept>>20)
	}
	runtime.KeepAlive(state)
}
