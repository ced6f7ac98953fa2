package objects

import (
	"encoding/json"
	"errors"

	"github.com/lotus-lake/lotus-gate/validate/audit/leaf"
)

// Identities reads the access keys that SeaweedFS's S3 gateway knows from the values
// of its configuration Secret. The keys become digests at once.
func Identities(data map[string][]byte, key leaf.Key) (map[leaf.Digest]bool, error) {
	known := map[leaf.Digest]bool{}
	found := false
	for _, value := range data {
		var config struct {
			Identities []struct {
				Credentials []struct {
					AccessKey string `json:"accessKey"`
				} `json:"credentials"`
			} `json:"identities"`
		}
		if json.Unmarshal(value, &config) != nil || config.Identities == nil {
			continue
		}
		found = true
		for _, identity := range config.Identities {
			for _, credentials := range identity.Credentials {
				known[key.Text(credentials.AccessKey)] = true
			}
		}
	}
	if !found {
		return nil, errors.New("none of its keys holds an `identities` list in JSON")
	}
	return known, nil
}
