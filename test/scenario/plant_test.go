package scenario

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestPlantedIsFound(t *testing.T) {
	var p Planted
	value := p.New()
	for lead := range 4 {
		around := strings.Repeat("~", lead) + value + "~~"
		if p.Found(around) == "" || p.Found(base64.StdEncoding.EncodeToString([]byte(around))) == "" {
			t.Errorf("not found after %d characters", lead)
		}
	}
	if found := p.Found("nothing is planted here"); found != "" {
		t.Errorf("found %q", found)
	}
}
