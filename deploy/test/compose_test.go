package test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

func TestCompose(t *testing.T) {
	t.Parallel()
	project := compose(t)
	server := project.Services["payments"]
	deployed := loadConfig(t, server.Command, environment(server), mounted(t, server))

	t.Run("ListensWhereItIsCalled", func(t *testing.T) {
		if deployed.config.API.Host != "0.0.0.0" || int(server.Ports[0].Target) != deployed.config.API.Port {
			t.Errorf("the API listens on %s, and port %d is published", deployed.config.API.Addr(), server.Ports[0].Target)
		}
		scraped := project.Configs["prometheus"].Content
		if deployed.config.Admin.Host != "0.0.0.0" || !strings.Contains(scraped, "payments:37822") || deployed.config.Admin.Port != 37822 {
			t.Errorf("Prometheus scrapes %s", scraped)
		}
	})
	t.Run("IsReachedFromThisMachineOnly", func(t *testing.T) {
		for name, service := range project.Services {
			for _, port := range service.Ports {
				if port.HostIP != "127.0.0.1" {
					t.Errorf("%s is published on %q", name, port.HostIP)
				}
			}
		}
	})
	t.Run("PreparesTheDatabaseOfTheServer", func(t *testing.T) {
		schema := project.Services["schema"]
		prepared := loadConfig(t, schema.Command, environment(schema), mounted(t, schema))
		if prepared.config.Database.URL != deployed.config.Database.URL || prepared.config.Database.AdminURL == "" {
			t.Error("the schema's database is another than the server's, or it has no admin")
		}
		if deployed.config.Database.AdminURL != "" {
			t.Error("the server knows DATABASE_ADMIN_URL")
		}
	})
	t.Run("FindsItsFiles", func(t *testing.T) {
		for name, service := range project.Services {
			for _, volume := range service.Volumes {
				if _, err := os.Stat(volume.Source); volume.Type == types.VolumeTypeBind && err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
	})
	t.Run("StopsInTime", func(t *testing.T) {
		needs := deployed.config.Handover.Stop + jobsStop
		if grace := server.StopGracePeriod; grace == nil || time.Duration(*grace) <= needs {
			t.Errorf("a stop may take %v, and %v are given", needs, grace)
		}
	})
}

// compose reads the file as docker compose does; a field it does not know fails the test.
func compose(t *testing.T) *types.Project {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{"../container/compose.yaml"})
	must(t, err)
	project, err := options.LoadProject(t.Context())
	must(t, err)
	return project
}

func environment(s types.ServiceConfig) map[string]string {
	env := map[string]string{}
	for name, value := range s.Environment {
		env[name] = *value
	}
	return env
}

func mounted(t *testing.T, s types.ServiceConfig) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, volume := range s.Volumes {
		content, err := os.ReadFile(volume.Source)
		must(t, err)
		files[volume.Target] = content
	}
	return files
}
