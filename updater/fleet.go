package updater

import (
	"encoding/json"
	"time"

	"github.com/samchon/payments-server/supervisor"
)

// Phase is how far a machine shall go in a rollout.
type Phase string

// The phases: see the package's comment.
const (
	Prepare Phase = "prepare"
	Switch  Phase = "switch"
	Keep    Phase = "keep"
	Return  Phase = "return"
)

// Wish is what the master wants of a machine. The zero Wish asks for nothing.
type Wish struct {
	Rollout  string  `json:"rollout,omitempty"`
	Phase    Phase   `json:"phase,omitempty"`
	Branch   string  `json:"branch,omitempty"` // empty: the machine's own
	Commit   string  `json:"commit,omitempty"` // empty: the last one of the branch
	Rollback bool    `json:"rollback,omitempty"`
	Freeze   *Freeze `json:"freeze,omitempty"`
}

// Freeze says that nothing shall be updated, and why; or that this is over.
type Freeze struct {
	Who    string    `json:"who"`
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at"`
	Lifted bool      `json:"lifted,omitempty"`
}

// State is where a machine is in a rollout.
type State string

// The states in the order in which a lucky machine passes them, and those of an unlucky one.
const (
	Idle      State = "idle"
	Fetching  State = "fetch"
	Building  State = "build"
	Checking  State = "check"
	Ready     State = "ready"
	Handover  State = "handover"
	Probation State = "probation"
	Done      State = "done"

	Failed    State = "failed"
	Returning State = "returning"
	Returned  State = "returned"
)

// Machine is what a slave says of its machine.
type Machine struct {
	Name    string `json:"name"`
	Session string `json:"session"` // of the slave's process
	Commit  string `json:"commit"`  // deployed
	Leased  string `json:"leased,omitempty"`

	Rollout string `json:"rollout,omitempty"` // that the following is about
	State   State  `json:"state"`
	Error   string `json:"error,omitempty"`

	Target     string    `json:"target,omitempty"` // commit that is prepared or switched to
	Branch     string    `json:"branch,omitempty"`
	CommitTime time.Time `json:"commit_time,omitzero"`
	Go         string    `json:"go,omitempty"`
	SHA256     string    `json:"sha256,omitempty"` // of the program made from Target

	Receipt *supervisor.Receipt `json:"receipt,omitempty"` // of the handover to Target
	Figures json.RawMessage     `json:"figures,omitempty"` // of its performance, as it tells them: nothing here reads them
	Seen    time.Time           `json:"seen,omitzero"`     // by the master
}

// Rollout is one attempt to bring a commit to machines.
type Rollout struct {
	ID       string    `json:"id"`
	Who      string    `json:"who"`
	At       time.Time `json:"at"`
	Machines []string  `json:"machines"`
	From     string    `json:"from,omitempty"` // what the fleet was on; empty before the first rollout
	To       string    `json:"to,omitempty"`   // once it is known
	Branch   string    `json:"branch,omitempty"`
	Time     time.Time `json:"commit_time,omitzero"` // of To

	Step    string  `json:"step"`              // for people
	Outcome Outcome `json:"outcome,omitempty"` // once it has ended
	Reason  string  `json:"reason,omitempty"`  // why it was undone, or what is still to be seen to
}

// Outcome is how a rollout ended.
type Outcome string

// Every machine runs the commit, or none does; or the master has not seen that yet.
const (
	Updated Outcome = "updated"
	Undone  Outcome = "undone"
	Unclear Outcome = "unclear"
)

// Fleet is what GET /fleet answers, and what a command that follows a rollout is sent at each change.
type Fleet struct {
	Mode     string    `json:"mode"`
	Commit   string    `json:"commit,omitempty"` // of the last rollout that was not undone
	Branch   string    `json:"branch,omitempty"`
	Frozen   *Freeze   `json:"frozen,omitempty"`
	Machines []Machine `json:"machines"`          // connected or lost since the master started, by name
	Rollout  *Rollout  `json:"rollout,omitempty"` // the present or the last one
}

// Order asks a master for a rollout.
type Order struct {
	Mode     string `json:"mode"` // the master's, so that nobody updates another fleet than he thinks
	Who      string `json:"who"`
	Branch   string `json:"branch,omitempty"`
	Commit   string `json:"commit,omitempty"`
	Rollback bool   `json:"rollback,omitempty"`
	Canary   int    `json:"canary"` // machines that go first
	Wave     int    `json:"wave"`   // machines that follow together; 0 is all
}
