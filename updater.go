package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/updater"
	"github.com/samchon/payments-server/updater/release"
)

type updaterCommand struct {
	Master  masterCommand      `cmd:"" help:"Decide what the machines run, and be one of them."`
	Slave   slaveCommand       `cmd:"" help:"Let a master decide what this machine runs."`
	Stop    stopUpdaterCommand `cmd:"" help:"Stop this machine's master or slave; the server goes on."`
	Migrate migrateCommand     `cmd:"" hidden:"" help:"Bring the database to this build's schema. Only an updater calls this."`
}

type masterCommand struct {
	Alone  bool `help:"Only decide: no server runs on this machine."`
	Daemon bool `help:"Run in the background."`
}

func (masterCommand) Help() string {
	return `Run one for all machines, beside the server of one of them. "payments update" asks it for rollouts. It keeps a
journal of them in the home, see "payments rollouts". Without --alone it is its own machine's slave, too.

    payments start --daemon
    payments updater master --daemon`
}

func (c masterCommand) Run(p *program) error {
	if c.Daemon && c.Alone {
		return p.updaterInBackground("master", "--alone")
	}
	if c.Daemon {
		return p.updaterInBackground("master")
	}
	return p.runUpdater(func(ctx context.Context, cfg *config.Config, ready func() error) error {
		m, ln, err := p.openMaster(cfg)
		if err != nil {
			return err
		}
		defer m.Close()
		if err := ready(); err != nil {
			return errors.Join(err, ln.Close())
		}
		if c.Alone {
			return m.Serve(ctx, ln)
		}
		return p.runBoth(ctx, cfg, m, ln)
	})
}

type slaveCommand struct {
	Daemon bool `help:"Run in the background."`
}

func (slaveCommand) Help() string {
	return `Run one beside the server of each machine but the master's. It fetches, builds and checks what its master wishes, and
has the server hand over. UPDATER_MASTER says where the master is.

    UPDATER_MASTER=http://10.0.0.1:37820 payments updater slave`
}

func (c slaveCommand) Run(p *program) error {
	if c.Daemon {
		return p.updaterInBackground("slave")
	}
	return p.runUpdater(func(ctx context.Context, cfg *config.Config, ready func() error) error {
		o, err := p.slaveOptions(cfg, masterURL(cfg))
		if err != nil {
			return err
		}
		if err := ready(); err != nil {
			return err
		}
		return updater.RunSlave(ctx, o)
	})
}

// runBoth runs a master and its own machine's slave. The slave ends last: it returns the machine when the master aborts.
func (p *program) runBoth(ctx context.Context, cfg *config.Config, m *updater.Master, ln net.Listener) error {
	o, err := p.slaveOptions(cfg, masterURL(cfg))
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	mastering, stopMaster := context.WithCancel(ctx)
	defer stopMaster()
	slaving, stopSlave := context.WithCancel(context.WithoutCancel(ctx))
	defer stopSlave()
	slave := make(chan error, 1)
	go func() {
		defer stopMaster()
		slave <- updater.RunSlave(slaving, o)
	}()
	err = m.Serve(mastering, ln)
	stopSlave()
	return errors.Join(err, <-slave)
}

func (p *program) openMaster(cfg *config.Config) (*updater.Master, net.Listener, error) {
	if err := os.MkdirAll(release.Home(cfg.Home).Updater(), 0o755); err != nil {
		return nil, nil, homeError(err)
	}
	ln, err := listenAsMaster(cfg)
	if err != nil {
		return nil, nil, err
	}
	m, err := updater.NewMaster(updater.MasterOptions{
		Mode: string(cfg.Mode), Branch: branch(cfg), Password: string(cfg.SystemPassword), Home: release.Home(cfg.Home),
		Gate: cfg.Updater.Gate, Lease: cfg.Updater.Lease, Log: p.newLog(cfg),
	})
	if err != nil {
		return nil, nil, errors.Join(err, ln.Close())
	}
	return m, ln, nil
}

func listenAsMaster(cfg *config.Config) (net.Listener, error) {
	if err := checkFree(cfg.Updater.Addr(), "UPDATER_PORT"); err != nil {
		return nil, err
	}
	if cfg.Updater.TLSCert == "" {
		return net.Listen("tcp", cfg.Updater.Addr())
	}
	cert, err := tls.LoadX509KeyPair(cfg.Updater.TLSCert, cfg.Updater.TLSKey)
	if err != nil {
		return nil, fmt.Errorf("updater.tls_cert and updater.tls_key: %w", err)
	}
	return tls.Listen("tcp", cfg.Updater.Addr(), &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS13})
}

func (p *program) slaveOptions(cfg *config.Config, master string) (o updater.SlaveOptions, err error) {
	u, home := cfg.Updater, release.Home(cfg.Home)
	remote, err := remote(cfg)
	if err != nil {
		return o, err
	}
	client, err := updaterClient(cfg, master)
	if err != nil {
		return o, err
	}
	host, err := os.Hostname()
	if err != nil {
		return o, err
	}
	return updater.SlaveOptions{
		Name: cmp.Or(u.Name, host), Home: home, Branch: branch(cfg), Keep: u.Keep, Lease: u.Lease,
		Builder: release.Workshop{Home: home, Remote: remote, Signers: u.AllowedSigners, Args: p.configArgs(),
			BuildTimeout: u.BuildTimeout, MinFree: uint64(u.MinFree) << 20},
		Server: updater.LocalServer{Admin: cfg.Admin.Addr(), Password: string(cfg.SystemPassword), PIDFile: cfg.Path("run", "supervisor.pid")},
		Master: client, Log: p.newLog(cfg), Figures: figuresOf(cfg.Admin.Addr()),
	}, nil
}

// remote is where releases come from. Nobody deploys to real customers from a directory that happens to be there.
func remote(cfg *config.Config) (string, error) {
	switch {
	case cfg.Updater.Remote != "":
		return cfg.Updater.Remote, nil
	case cfg.Mode == config.Local:
		return filepath.Abs(".")
	}
	return "", errors.New("updater.remote (UPDATER_REMOTE) is missing: set the git repository that releases are built from")
}

// branch is what a mode deploys; in local mode the one that the remote is on.
func branch(cfg *config.Config) string {
	return cmp.Or(cfg.Updater.Branch, map[config.Mode]string{config.Dev: "dev", config.Real: "master"}[cfg.Mode])
}

// masterURL is the configured one, or this machine's.
func masterURL(cfg *config.Config) string {
	scheme := "http"
	if cfg.Updater.TLSCert != "" {
		scheme = "https"
	}
	return cmp.Or(cfg.Updater.Master, fmt.Sprintf("%s://127.0.0.1:%d", scheme, cfg.Updater.Port))
}
