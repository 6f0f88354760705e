package updater

import (
	"context"
	"encoding/json"
	"time"
)

// figuresEvery is how often a slave asks for its machine's figures.
const figuresEvery = 3 * time.Second

// measure keeps the machine's figures fresh until ctx ends. They go with every word to the master, but decide nothing;
// a machine that cannot tell has none.
func (s *slave) measure(ctx context.Context) {
	for ctx.Err() == nil {
		asking, cancel := context.WithTimeout(ctx, figuresEvery)
		figures, err := s.Figures(asking)
		cancel()
		if err != nil {
			figures = nil
		}
		s.change(func(m *Machine) { m.Figures = figures })
		wait(ctx, figuresEvery)
	}
}

// withoutFigures is what the journal keeps of a machine.
func (m Machine) withoutFigures() Machine {
	m.Figures = nil
	return m
}

// noFigures stands in where nobody measures.
func noFigures(context.Context) (json.RawMessage, error) { return nil, nil }
