package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/samchon/payments-server/internal/config"
)

// What rollouts do is tested in updater/ and, with all processes, by `make test-update`.
func TestUpdater(t *testing.T) {
	t.Parallel()

	t.Run("FreezesAndKeepsAJournal", func(t *testing.T) {
		t.Parallel()
		s := newSystem(t)
		s.mustExec(t, "updater", "master", "--alone", "--daemon")
		s.refuses(t, "no machine is connected", "update", "local")
		s.mustExec(t, "freeze", "sales day")
		s.refuses(t, "frozen by", "update", "local")
		s.mustExec(t, "unfreeze")
		if out := s.mustExec(t, "rollouts"); !regexp.MustCompile(`(?s) freeze .*sales day.* unfreeze `).MatchString(out) {
			t.Errorf("rollouts prints %s", out)
		}
		if out := s.mustExec(t, "rollouts", "--verify"); !strings.HasPrefix(out, "2 entries, unchanged, last hash ") {
			t.Errorf("rollouts --verify prints %s", out)
		}

		journal := filepath.Join(s.home, "updater", "journal.jsonl")
		text, err := os.ReadFile(journal)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(journal, []byte(strings.Replace(string(text), "sales day", "a holiday", 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		s.refuses(t, "line 1 is not what was written", "rollouts")
		s.mustExec(t, "updater", "stop")
		s.refuses(t, "line 1 is not what was written", "updater", "master", "--alone")
	})

	t.Run("RunsOnceInAHome", func(t *testing.T) {
		t.Parallel()
		s := newSystem(t)
		s.mustExec(t, "updater", "master", "--daemon")
		s.refuses(t, "runs already", "updater", "slave")
		s.mustExec(t, "updater", "stop")
		if left := s.processes(t); len(left) > 0 {
			t.Errorf("after stop there is %q", left)
		}
		s.refuses(t, "no updater master can be reached", "update", "local")
	})

	// This process plays no updater, so that the second looks like one that started at the same moment.
	t.Run("KeepsThePIDOfTheFirstOfTwoThatStartAtOnce", func(t *testing.T) {
		t.Parallel()
		home := t.TempDir()
		pid := filepath.Join(home, "run", "updater.pid")
		p := &program{ctx: t.Context(), getenv: func(name string) string { return map[string]string{"PAYMENTS_HOME": home}[name] }}
		err := p.runUpdater(func(_ context.Context, _ *config.Config, ready func() error) error {
			if err := ready(); err != nil {
				return err
			}
			second := p.runUpdater(func(context.Context, *config.Config, func() error) error { return nil })
			if second == nil || !strings.Contains(second.Error(), "another updater") {
				t.Errorf("the second says %v", second)
			}
			_, err := os.Stat(pid)
			return err
		})
		if err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(pid); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("after its end the pid file is there: %v", err)
		}
	})

	t.Run("SpeaksTLS", func(t *testing.T) {
		t.Parallel()
		s := newSystem(t)
		cert, key := s.makeCertificate(t)
		s.configure(t, "updater: {tls_cert: "+cert+", tls_key: "+key+", tls_ca: "+cert+"}\n")
		s.mustExec(t, "updater", "master", "--daemon")
		await(t, "its own slave is connected", func() bool {
			log, err := os.ReadFile(filepath.Join(s.home, "logs", "updater.log"))
			return err == nil && strings.Contains(string(log), `"connected to the master" master=https://127.0.0.1:`+s.ports["UPDATER_PORT"])
		})
		s.mustExec(t, "rollouts")
		s.configure(t, "updater: {tls_cert: "+cert+", tls_key: "+key+"}\n")
		s.refuses(t, "unknown authority", "rollouts")
	})

	t.Run("NeedsItsFiles", func(t *testing.T) {
		t.Parallel()
		env := map[string]string{"PAYMENTS_HOME": t.TempDir(), "UPDATER_ALLOWED_SIGNERS": "none"}
		for _, command := range []string{"config check", "updater master", "updater slave"} {
			if _, err := invoke(t, env, strings.Fields(command)...); err == nil || !strings.Contains(err.Error(), "updater.allowed_signers") {
				t.Errorf("%s says %v, want that the file is missing", command, err)
			}
		}
	})

	t.Run("NeedsARemoteWhereItIsNotLocal", func(t *testing.T) {
		t.Parallel()
		home := t.TempDir()
		keys, err := invoke(t, nil, "keygen")
		if err != nil {
			t.Fatal(err)
		}
		env := map[string]string{"MODE": "dev", "PAYMENTS_HOME": home, "DATABASE_URL": "postgres://db/payments", "TOSS_PAYMENTS_SECRET": "test_sk_ours"}
		for line := range strings.Lines(keys) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			env[name] = value
		}
		if _, err := invoke(t, env, "updater", "slave"); err == nil || !strings.Contains(err.Error(), "UPDATER_REMOTE") {
			t.Errorf("a slave says %v, want that the remote is missing", err)
		}
	})
}

// Where the tables belong to a role of their own, the workers' cannot change them.
func TestUpdaterMigrate_ActsForTheOwnerOfTheTables(t *testing.T) {
	t.Parallel()
	s := newTenant(t)
	migrate(t, s.env)
	execute(t, s.admin, "DROP SCHEMA payments CASCADE")
	admin := s.env["DATABASE_ADMIN_URL"]
	delete(s.env, "DATABASE_ADMIN_URL")
	if _, err := invoke(t, s.env, "updater", "migrate"); err == nil || !strings.Contains(err.Error(), "give an admin's URL") {
		t.Errorf("without an admin's URL it says %v", err)
	}
	s.env["DATABASE_ADMIN_URL"] = admin
	if _, err := invoke(t, s.env, "updater", "migrate"); err != nil {
		t.Fatal(err)
	}
	owners := query(t, s.admin, "SELECT string_agg(DISTINCT tableowner, ' ') FROM pg_tables WHERE schemaname = 'payments'")
	if writer := mustParse(t, s.admin).Path[1:] + "_writer"; owners != writer {
		t.Errorf("the tables belong to %q, want %s", owners, writer)
	}
	delete(s.env, "DATABASE_ADMIN_URL")
	if _, err := invoke(t, s.env, "updater", "migrate"); err != nil {
		t.Errorf("with nothing to do it says %v", err)
	}
}

// configure writes the home's file.
func (s *system) configure(t *testing.T, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.home, "payments.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// makeCertificate makes one for loopback, which is its own authority.
func (s *system) makeCertificate(t *testing.T) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(s.home, "cert.pem"), filepath.Join(s.home, "key.pem")
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: cert}, keyFile: {Type: "PRIVATE KEY", Bytes: der}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}
