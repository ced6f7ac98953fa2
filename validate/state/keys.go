package state

import (
	"bytes"
	"encoding/json"
)

// keys is what the members of one JSON object show: each bit stands for a key whose value has the right type.
type keys uint32

const (
	version3 keys = 1 << iota
	version4
	lineage
	serial
	terraformVersion
	resources
	modules
	backend // an object that holds a backend
	backendType
	encryptedData
	encryptionVersion
	meta
	formatVersion
	planOrValues // values, planned_values or resource_changes
	lockID
	lockOperation
	lockWho
	lockVersion
	lockCreated
	lockPath
	manifest // a Kubernetes Secret or ConfigMap, or a list of them
	ellipsis // "..." between members, here or further down
)

const (
	stateBase = lineage | serial
	encrypted = encryptedData | encryptionVersion | meta
	lockInfo  = lockID | lockOperation | lockWho | lockVersion | lockCreated | lockPath
	showJSON  = formatVersion | planOrValues
)

func (k keys) has(all keys) bool { return k&all == all }

// form names the material that the keys show, "" if none. Signatures are those of the domain facts.
func (k keys) form() string {
	switch {
	case k.has(encrypted) && k&stateBase != 0:
		return FormEncryptedState
	case k.has(encrypted):
		return FormEncryptedPlan
	case k.has(version4|stateBase) && k&(terraformVersion|resources) != 0:
		return FormStateV4
	case k.has(version3 | backend):
		return FormBackendStub
	case k.has(version3|stateBase) && k&(terraformVersion|modules) != 0:
		return FormStateV3
	case k.has(showJSON):
		return FormShowJSON
	case k.has(lockInfo):
		return FormLockInfo
	}
	return ""
}

// whole says that the object has the body of its form and not only its head: what tells a pasted document from an excerpt.
func (k keys) whole() bool {
	switch k.form() {
	case FormStateV4:
		return k.has(resources)
	case FormStateV3:
		return k.has(modules)
	case FormShowJSON:
		return k.has(terraformVersion)
	}
	return true
}

type kind uint8

const (
	text kind = iota
	number
	object
	array
)

// member is the bit that a key and its value set. A text is given without its quotes; an object or array is empty.
func member(key, value []byte, k kind) keys {
	if bytes.IndexByte(key, '\\') >= 0 {
		key = unquote(key)
	}
	switch k {
	case text:
		return textMember(key, value)
	case number:
		return numberMember(key, value)
	case object:
		switch string(key) {
		case "values", "planned_values":
			return planOrValues
		case "meta":
			return meta
		}
	case array:
		switch string(key) {
		case "resources":
			return resources
		case "modules":
			return modules
		case "resource_changes":
			return planOrValues
		}
	}
	return 0
}

func textMember(key, value []byte) keys {
	switch string(key) {
	case "lineage":
		return lineage
	case "terraform_version":
		return terraformVersion
	case "format_version":
		return formatVersion
	case "type":
		return backendType
	case "encrypted_data":
		if len(value) > 0 && runEnd(bytes.TrimRight(value, "="), 0) == len(bytes.TrimRight(value, "=")) {
			return encryptedData
		}
	case "encryption_version":
		return encryptionVersion
	case "ID":
		return lockID
	case "Operation":
		return lockOperation
	case "Who":
		return lockWho
	case "Version":
		return lockVersion
	case "Created":
		return lockCreated
	case "Path":
		return lockPath
	case "kind":
		switch string(value) {
		case "Secret", "SecretList", "ConfigMap", "ConfigMapList":
			return manifest
		}
	}
	return 0
}

func numberMember(key, value []byte) keys {
	switch string(key) {
	case "version":
		switch string(value) {
		case "3":
			return version3
		case "4":
			return version4
		}
	case "serial":
		if !bytes.ContainsAny(value, ".eE") {
			return serial
		}
	}
	return 0
}

// unquote reads the escapes of a JSON string given without its quotes.
func unquote(s []byte) []byte {
	const longest = 200 // no key of ours is longer, escaped or not
	var out string
	if len(s) > longest || json.Unmarshal(append(append([]byte{'"'}, s...), '"'), &out) != nil {
		return s
	}
	return []byte(out)
}
