package airbyte

import "encoding/json"

// envelope reads {"<field>": [ … ], …} as a stream, and the number of all elements
// that the server may give beside a page of them. each decodes one element.
func envelope(dec *json.Decoder, field string, each func() error) (total int, err error) {
	token, err := dec.Token()
	if err != nil {
		return 0, err
	}
	if token != json.Delim('{') {
		return 0, errForm
	}
	found := false
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return 0, err
		}
		switch name {
		case field:
			found = true
			err = elements(dec, each)
		case "total", "totalCount", "totalResultCount", "totalJobCount":
			err = dec.Decode(&total)
		default:
			var ignored json.RawMessage
			err = dec.Decode(&ignored)
		}
		if err != nil {
			return 0, err
		}
	}
	if _, err := dec.Token(); err != nil {
		return 0, err
	}
	if !found {
		return 0, errForm
	}
	return total, nil
}

func elements(dec *json.Decoder, each func() error) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	if token != json.Delim('[') {
		return errForm
	}
	for dec.More() {
		if err := each(); err != nil {
			return err
		}
	}
	_, err = dec.Token()
	return err
}
