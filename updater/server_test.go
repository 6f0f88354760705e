package updater_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/samchon/payments-server/supervisor"
	"github.com/samchon/payments-server/updater"
)

func TestLocalServer_SaysWhyNoWorkerIsReady(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, want  string
		generations []supervisor.Generation
	}{
		{"AllHaveCrashed", "all workers have crashed", []supervisor.Generation{{State: supervisor.Draining}, {State: supervisor.Blessed}}},
		{"NoneWasReadyYet", "no worker is ready", []supervisor.Generation{{State: supervisor.Starting}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			admin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_ = json.NewEncoder(w).Encode(supervisor.Census{Generations: test.generations})
			}))
			defer admin.Close()
			_, err := updater.LocalServer{Admin: strings.TrimPrefix(admin.URL, "http://")}.Look(t.Context())
			if err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
