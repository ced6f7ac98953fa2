package policy

// AdmissionRequest is what of an admission request decides which rules concern
// it.
type AdmissionRequest struct {
	Group, Version, Resource string // as in the request's `resource`; the core group is ""
	Operation                string // CREATE, UPDATE, DELETE or CONNECT
	Webhook                  string // Admission.Webhook of the entry that sent it; "" for the rules of all entries
}
