// Package tfstate reads from a Terraform state (version 4) what an audit compares:
// lineage, serial, and the ids and names of managed resources. A state holds
// credentials in clear text: no value but those leaves this package, and no error
// quotes one.
package tfstate

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/lotus-lake/lotus-gate/validate/audit/leaf"
)

// MaxUnpacked bounds one state, in bytes.
const MaxUnpacked = 512 << 20

// ErrEncrypted is a state that OpenTofu encrypted.
var ErrEncrypted = errors.New("it is encrypted, so nobody but its owner can read it")

// State is one state.
type State struct {
	Lineage   string
	Serial    int64
	Instances []Instance // of managed resources, in the order of the state
}

// Instance is one object that Terraform manages.
type Instance struct {
	Address string // module.m.airbyte_source.shopify["a"]
	Block   string // without the instance's key: what a resource block declares
	Module  string // module.m, "" for the root
	Type    string
	Deposed bool // replaced, and waiting to be destroyed

	// Of Airbyte's resources, where the state has them:
	Role          Role
	ID            string
	Name          string
	Status        string
	SourceID      string
	DestinationID string
	Settings      []leaf.Leaf     // what Airbyte's answers can be compared with
	AccessKeys    []AccessKeyHeld // S3 access key ids in the configuration
}

// AccessKeyHeld is an access key id in a configuration: where, and its digest.
type AccessKeyHeld struct {
	Path   string
	Digest leaf.Digest
}

// Read reads a state as Terraform writes it, unpacked. Memory follows one resource
// and what is kept, not the state.
func Read(r io.Reader, key leaf.Key) (*State, error) {
	limited := &io.LimitedReader{R: r, N: MaxUnpacked}
	state, err := read(json.NewDecoder(limited), key)
	switch {
	case limited.N <= 0:
		return nil, fmt.Errorf("it has more than %d MiB", MaxUnpacked>>20)
	case err != nil:
		return nil, err
	}
	return state, nil
}

func read(dec *json.Decoder, key leaf.Key) (*State, error) {
	if token, err := dec.Token(); err != nil || token != json.Delim('{') {
		return nil, damaged(err)
	}
	state, version := &State{}, 0
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, damaged(err)
		}
		switch name {
		case "version":
			err = dec.Decode(&version)
		case "lineage":
			err = dec.Decode(&state.Lineage)
		case "serial":
			err = dec.Decode(&state.Serial)
		case "resources":
			err = state.resources(dec, key)
		case "encrypted_data":
			return nil, ErrEncrypted
		default:
			var ignored json.RawMessage
			err = dec.Decode(&ignored)
		}
		if err != nil {
			return nil, damaged(err)
		}
	}
	if _, err := dec.Token(); err != nil {
		return nil, damaged(err)
	}
	if version != 4 {
		return nil, fmt.Errorf("it is not a state of version 4, but of %d", version)
	}
	return state, nil
}

func (s *State) resources(dec *json.Decoder, key leaf.Key) error {
	token, err := dec.Token()
	if err != nil || token == nil {
		return err // null: none
	}
	if token != json.Delim('[') {
		return errors.New("resources are no list")
	}
	for dec.More() {
		var r resource
		if err := dec.Decode(&r); err != nil {
			return err
		}
		if s.Instances, err = r.instances(s.Instances, key); err != nil {
			return err
		}
	}
	_, err = dec.Token()
	return err
}

// damaged says how a state is broken; a decoder's own words could quote a value.
func damaged(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it ends in the middle")
	case errors.As(err, &syntax):
		return fmt.Errorf("it is no JSON from byte %d on", syntax.Offset)
	case errors.Is(err, errPacked):
		return err
	}
	return errors.New("it is no Terraform state")
}
