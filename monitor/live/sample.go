// Package live tells how a machine is doing at this moment, from what its supervisor knows: the census, and everything
// on /metrics. It remembers a few seconds, to make rates of totals; history is Prometheus' business. Nothing in a
// Sample is about a single payment.
package live

import (
	"time"

	"github.com/samchon/payments-server/supervisor"
)

// Sample is a machine at one moment, as the ops page and `payments monitor --watch` show it.
type Sample struct {
	At          time.Time               `json:"at"`
	PID         int                     `json:"pid"` // of the supervisor
	Since       time.Time               `json:"since"`
	API         string                  `json:"api"`
	Ready       bool                    `json:"ready"`
	Commit      Commit                  `json:"commit"`
	Generations []supervisor.Generation `json:"generations"`
	Receipts    []supervisor.Receipt    `json:"receipts"` // newest last
	Workers     []Worker                `json:"workers"`
	// Traffic is nil in the first sample: a rate needs two.
	Traffic  *Traffic  `json:"traffic"`
	Routes   []Route   `json:"routes"`   // those with traffic, busiest first
	Gateways []Gateway `json:"gateways"` // by vendor
	// Backlog is nil when the database does not answer, or nobody could be asked.
	Backlog *Backlog `json:"backlog"`
}

// Commit is what the generation that has the traffic was built from.
type Commit struct {
	Hash    string `json:"hash"`
	Subject string `json:"subject"`
	At      string `json:"at"`
}

// Worker is one worker process.
type Worker struct {
	Generation int              `json:"generation"`
	Slot       int              `json:"worker"`
	PID        int              `json:"pid"`
	State      supervisor.State `json:"state"`
	Up         bool             `json:"up"`     // it answered
	CPU        *float64         `json:"cpu"`    // cores in use; nil while unknown
	Memory     float64          `json:"memory"` // resident, bytes
	Goroutines float64          `json:"goroutines"`
	Files      float64          `json:"files"` // open descriptors
	Idle       int              `json:"idle"`  // connections between two requests
	Busy       int              `json:"busy"`
}

// Traffic is what clients of the API see. Rates are per second.
type Traffic struct {
	Requests float64 `json:"requests"`
	Refused  float64 `json:"refused"` // answered 4xx
	Errors   float64 `json:"errors"`  // answered 5xx
	// Median and P99 are seconds; nil where there was no request.
	Median *float64 `json:"median"`
	P99    *float64 `json:"p99"`
	Busy   int      `json:"busy"` // requests in progress
}

// Route is the traffic of one route.
type Route struct {
	Route    string   `json:"route"`
	Requests float64  `json:"requests"`
	Errors   float64  `json:"errors"`
	P99      *float64 `json:"p99"`
}

// Gateway is how a payment gateway answers us. Rates are per second.
type Gateway struct {
	Vendor   string   `json:"vendor"`
	Calls    float64  `json:"calls"`
	Declined float64  `json:"declined"`
	Unknown  float64  `json:"unknown"`
	P99      *float64 `json:"p99"`
}

// Backlog is what is yet to do, by number and age.
type Backlog struct {
	Pending     float64 `json:"pending"`     // webhooks
	PendingAge  float64 `json:"pending_age"` // of the oldest, in seconds
	Dead        float64 `json:"dead"`        // webhooks that were given up
	Intents     float64 `json:"intents"`     // unresolved
	IntentAge   float64 `json:"intent_age"`
	Deliveries  float64 `json:"deliveries"`   // webhooks delivered per second
	Retried     float64 `json:"retried"`      // attempts that failed per second
	JobsOverdue float64 `json:"jobs_overdue"` // seconds
}
