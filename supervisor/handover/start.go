package handover

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/samchon/payments-server/supervisor/ledger"
)

// Environment is the variable that tells a worker what it is. Its value is a protocol version and a name.
const Environment = "HANDOVER_WORKER"

// protocol grows when a worker of the old one could not be understood. A supervisor replaces itself (USR2) before it
// can start workers of a newer one.
const protocol = 1

// firstFD is where os/exec puts the first of ExtraFiles.
const firstFD = 3

// What a worker inherits, in this order.
const (
	listenerFile = iota
	linkFile
	boardFile
	ledgerFile
	inherited
)

// outputFile is inherited, too, from a supervisor that says so: older ones have none.
const outputFile = inherited

// Outfit is what a supervisor gives to a worker.
type Outfit struct {
	Listener   *os.File // a copy made with F_DUPFD_CLOEXEC, see spare
	Board      *Board
	Ledger     *ledger.Ledger
	Generation int
	Slot       int
	Workers    int  // of the generation
	Moving     bool // false: close after the response, move nothing

	// LastOutput is where the worker writes when its supervisor, which reads what it writes otherwise, is dead.
	LastOutput *os.File
}

// name is an Outfit's part that travels in the environment.
type name struct {
	generation, slot int
	moving           bool
	output           bool
	workers          int
}

func (n name) String() string {
	return fmt.Sprintf("%d %d %d %t %t %d", protocol, n.generation, n.slot, n.moving, n.output, n.workers)
}

func parseName(s string) (n name, err error) {
	var version int
	if _, err := fmt.Sscanf(s, "%d", &version); err != nil {
		return n, fmt.Errorf("read %s: %w", Environment, err)
	}
	if version != protocol {
		return n, fmt.Errorf("the supervisor speaks handover protocol %d, this build %d: upgrade the supervisor first (USR2)", version, protocol)
	}
	read, err := fmt.Sscanf(s, "%d %d %d %t %t %d", &version, &n.generation, &n.slot, &n.moving, &n.output, &n.workers)
	if read < 4 {
		return n, fmt.Errorf("read %s: %w", Environment, err)
	}
	return n, nil
}

// Start starts cmd as a worker, in a process group of its own so that a terminal's Ctrl-C reaches the supervisor alone.
// Tableflip's variables are taken out: a worker must not believe that it is a supervisor's successor.
func Start(cmd *exec.Cmd, o Outfit) (*Link, error) {
	ours, theirs, err := Pair()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	cmd.ExtraFiles = make([]*os.File, inherited)
	cmd.ExtraFiles[listenerFile] = o.Listener
	cmd.ExtraFiles[linkFile] = theirs
	cmd.ExtraFiles[boardFile] = o.Board.File()
	cmd.ExtraFiles[ledgerFile] = o.Ledger.File()
	cmd.ExtraFiles = append(cmd.ExtraFiles, o.LastOutput)
	n := name{o.Generation, o.Slot, o.Moving, o.LastOutput != nil, o.Workers}
	cmd.Env = append(withoutTableflip(cmd.Env), Environment+"="+n.String())
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		ours.Close()
		return nil, fmt.Errorf("start worker: %w", err)
	}
	return NewLink(ours)
}

func withoutTableflip(env []string) (kept []string) {
	for _, v := range env {
		if !strings.HasPrefix(v, "TABLEFLIP_") {
			kept = append(kept, v)
		}
	}
	return kept
}
