package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// nginxConf is Debian's default in what matters here: idle connections of old workers are closed at once.
const nginxConf = `
daemon off; pid %[1]s/nginx.pid; error_log %[1]s/error.log; worker_processes 2;
events { worker_connections 1024; }
http {
	access_log off; keepalive_timeout 75s; keepalive_requests 1000000;
	client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
	upstream backend { server %[2]s; keepalive 64; }
	server { listen %[3]s; location / { proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ""; } }
}
`

// startNginx puts nginx in front of one Go server that never restarts.
func startNginx(dir, path string) (*running, error) {
	backend, err := again(dir, backendRole)
	if err != nil {
		return nil, err
	}
	stopBackend := func() { _, _ = backend.Process.Kill(), backend.Wait() }
	at, err := addresses(dir)
	if err != nil {
		stopBackend()
		return nil, err
	}
	front, err := freeAddress()
	if err != nil {
		stopBackend()
		return nil, err
	}
	conf := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(conf, fmt.Appendf(nil, nginxConf, dir, at[0], front), 0o600); err != nil {
		stopBackend()
		return nil, err
	}
	cmd := exec.Command(path, "-p", dir, "-c", conf)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		stopBackend()
		return nil, err
	}
	stop := func() { _, _ = cmd.Process.Signal(syscall.SIGTERM), cmd.Wait(); stopBackend() }
	if err := await("nginx", func() bool { return reachable(front) }); err != nil {
		stop()
		return nil, err
	}
	return &running{addr: front, handOver: func() error { return cmd.Process.Signal(syscall.SIGHUP) }, stop: stop}, nil
}

func playBackend(dir string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	writeAddresses(dir, l.Addr().String())
	if err := server().Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func reachable(addr string) bool {
	c, err := net.Dial("tcp", addr)
	if err == nil {
		c.Close()
	}
	return err == nil
}
