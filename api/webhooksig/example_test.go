package webhooksig_test

import (
	"io"
	"log"
	"net/http"
	"time"

	"github.com/samchon/payments-server/api/webhooksig"
)

// A service verifies the body as it came, and only then decrypts it (package
// wire). It remembers the id, for a webhook may come more than once.
func Example_receiver() {
	secrets, err := webhooksig.NewSecrets("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("POST /payments/webhook", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			http.Error(w, "body cannot be read", http.StatusBadRequest)
			return
		}
		if err := secrets.Verify(r.Header, body, time.Now()); err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		log.Printf("webhook %s came", r.Header.Get(webhooksig.HeaderID))
		w.WriteHeader(http.StatusNoContent)
	})
}
