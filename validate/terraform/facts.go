package terraform

// Position is a place in a file of the repository: Path with `/` from the root, Line from 1, Column from 1 in bytes.
type Position struct {
	Path   string `json:"path"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// Module is what a rule sees of one Terraform root module; docs/inputs.md describes every field.
type Module struct {
	Path              string       `json:"path"`
	Files             []string     `json:"files"`
	Syntax            []Problem    `json:"syntax"`
	Resources         []Resource   `json:"resources"`
	Variables         []Variable   `json:"variables"`
	Locals            []Named      `json:"locals"`
	Outputs           []Named      `json:"outputs"`
	Modules           []Named      `json:"modules"`
	References        []Reference  `json:"references"`
	Duplicates        []Duplicate  `json:"duplicates"`
	Reads             []Read       `json:"reads"`
	Credentials       []Credential `json:"credentials"`
	UnknownAttributes []Unknown    `json:"unknown_attributes"`
	Crons             []Cron       `json:"crons"`
	Providers         []Provider   `json:"providers"`
	Backend           *Backend     `json:"backend"`
	Moved             []Moved      `json:"moved"`
	Removed           []Removed    `json:"removed"`
	Imports           []Import     `json:"imports"`
	Resets            []Reset      `json:"resets"`
	Base              *Base        `json:"base"`

	// index is what a plan compares: never shown to rules.
	index *index
}

// Problem is a syntax error.
type Problem struct {
	Message string   `json:"message"`
	At      Position `json:"at"`
}

// Resource is a managed resource or a data source. Mode is "managed" or "data".
type Resource struct {
	Address    string               `json:"address"`
	Mode       string               `json:"mode"`
	Type       string               `json:"type"`
	Name       string               `json:"name"`
	At         Position             `json:"at"`
	Title      *string              `json:"title"`
	Count      bool                 `json:"count"`
	Attributes map[string]Attribute `json:"attributes"`
	References []string             `json:"references"`
}

// Attribute is one value of a resource. Value is nil unless Literal: string, json.Number, bool or nil.
type Attribute struct {
	At         Position `json:"at"`
	Literal    bool     `json:"literal"`
	Value      any      `json:"value"`
	References []string `json:"references"`
	Calls      []string `json:"calls"`
}

// Variable is an input variable.
type Variable struct {
	Name           string   `json:"name"`
	At             Position `json:"at"`
	HasDefault     bool     `json:"has_default"`
	DefaultLiteral bool     `json:"default_literal"`
	Sensitive      bool     `json:"sensitive"`
	Used           bool     `json:"used"`
}

// Named is a local value, an output or a module call.
type Named struct {
	Name string   `json:"name"`
	At   Position `json:"at"`
}

// Reference is the use of a name. Target is the address that Text leads to; Nearest the declared address that is
// spelt most like it, nil when none is close. Kind is "resource", "data", "var", "local" or "module".
type Reference struct {
	Text     string   `json:"text"`
	Target   string   `json:"target"`
	From     string   `json:"from"`
	Kind     string   `json:"kind"`
	Resolved bool     `json:"resolved"`
	Nearest  *string  `json:"nearest"`
	At       Position `json:"at"`
}

// Duplicate is the second and later declaration of one address.
type Duplicate struct {
	Address string   `json:"address"`
	At      Position `json:"at"`
	First   Position `json:"first"`
}

// Read is a call of a function that reads files. Path is nil when the gate cannot tell the file.
type Read struct {
	Call     string   `json:"call"`
	Path     *string  `json:"path"`
	Pattern  *string  `json:"pattern"`
	Exists   bool     `json:"exists"`
	Matches  int      `json:"matches"`
	Escapes  bool     `json:"escapes"`
	Optional bool     `json:"optional"`
	From     string   `json:"from"`
	At       Position `json:"at"`
}

// Credential is a literal where a secret belongs. The value is never given.
type Credential struct {
	Attribute string   `json:"attribute"`
	From      string   `json:"from"`
	At        Position `json:"at"`
}

// Unknown is an attribute that the resource's provider does not have.
type Unknown struct {
	Attribute string   `json:"attribute"`
	From      string   `json:"from"`
	Nearest   *string  `json:"nearest"`
	At        Position `json:"at"`
}

// Cron is a literal schedule of a connection; Error is nil when it is valid.
type Cron struct {
	Expression string   `json:"expression"`
	TimeZone   *string  `json:"time_zone"`
	Error      *string  `json:"error"`
	From       string   `json:"from"`
	At         Position `json:"at"`
}

// Provider is a provider that the module requires, or uses without requiring it (Version nil).
type Provider struct {
	Name    string   `json:"name"`
	Source  string   `json:"source"`
	Version *string  `json:"version"`
	Pinned  bool     `json:"pinned"`
	At      Position `json:"at"`
}

// Backend says where state is kept.
type Backend struct {
	Type string   `json:"type"`
	At   Position `json:"at"`
}

// Moved is a moved block; addresses as they are written.
type Moved struct {
	From string   `json:"from"`
	To   string   `json:"to"`
	At   Position `json:"at"`
}

// Removed is a removed block.
type Removed struct {
	From string   `json:"from"`
	At   Position `json:"at"`
}

// Import is an import block.
type Import struct {
	To string   `json:"to"`
	At Position `json:"at"`
}

// Reset is a resource that resets connections when stream files ask for it.
type Reset struct {
	Address     string     `json:"address"`
	Directories []string   `json:"directories"`
	Connections []string   `json:"connections"`
	Unstable    []Unstable `json:"unstable"`
	At          Position   `json:"at"`
}

// Unstable is a call whose result differs at every run.
type Unstable struct {
	Call string   `json:"call"`
	At   Position `json:"at"`
}

// Base is the module before the change.
type Base struct {
	Resources []BaseResource `json:"resources"`
}

// BaseResource is a resource that the module declared before the change.
type BaseResource struct {
	Address string   `json:"address"`
	Type    string   `json:"type"`
	Title   *string  `json:"title"`
	At      Position `json:"at"`
}
