package fault

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
)

// Plans are the faults in force. The zero value is ready and plans none.
type Plans struct {
	// CheckCode objects to a Plan.Code that the vendor cannot send. Nil: any will do.
	CheckCode func(code string) error

	mu     sync.Mutex
	added  int
	active []*counted
	seed   uint64
	dice   *rand.Rand // nil until a rate needs it
}

// counted is a plan and what it has met so far.
type counted struct {
	Plan
	met    int
	struck int
}

// Status is a plan with what has become of it.
type Status struct {
	Plan
	Met    int `json:"met"`    // requests or webhooks that matched
	Struck int `json:"struck"` // of those, met the fault
}

// Add puts a plan in force and returns it with its ID and defaults filled in.
// It fails with ErrInvalid.
func (p *Plans) Add(plan Plan) (Plan, error) {
	if err := plan.validate(); err != nil {
		return Plan{}, err
	}
	if p.CheckCode != nil && plan.Code != "" {
		if err := p.CheckCode(plan.Code); err != nil {
			return Plan{}, fmt.Errorf("%w: %w", ErrInvalid, err)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.added++
	plan = plan.withDefaults()
	plan.ID = strconv.Itoa(p.added)
	p.active = append(p.active, &counted{Plan: plan})
	return plan, nil
}

// MustAdd is Add for a plan that is written in a test; it panics where Add fails.
func (p *Plans) MustAdd(plan Plan) Plan {
	added, err := p.Add(plan)
	if err != nil {
		panic(fmt.Sprintf("fault: %v", err))
	}
	return added
}

// Seed restarts the dice of the plans that have a rate. The same seed and the
// same order of requests meet the same faults.
func (p *Plans) Seed(seed uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seed, p.dice = seed, nil
}

// Remove ends a plan and reports whether it was in force.
func (p *Plans) Remove(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, c := range p.active {
		if c.ID == id {
			p.active = append(p.active[:i], p.active[i+1:]...)
			return true
		}
	}
	return false
}

// Clear ends all plans.
func (p *Plans) Clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.active = nil
}

// List returns the plans in force and those that have worn out, in the order
// they were added.
func (p *Plans) List() []Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]Status, 0, len(p.active))
	for _, c := range p.active {
		list = append(list, Status{Plan: c.Plan, Met: c.met, Struck: c.struck})
	}
	return list
}

// Strike counts a request and returns the faults it meets. Those of the
// webhooks that it causes are not among them.
func (p *Plans) Strike(method, urlPath string) Effects {
	return p.strike(requestKinds, method, urlPath)
}

// StrikeWebhook counts a webhook and returns the faults it meets.
func (p *Plans) StrikeWebhook(c Cause) Effects {
	return p.strike(webhookKinds, c.Method, c.Path)
}

func (p *Plans) strike(kinds []Kind, method, urlPath string) Effects {
	p.mu.Lock()
	defer p.mu.Unlock()
	var effects Effects
	for _, c := range p.active {
		if slices.Contains(kinds, c.Kind) && c.matches(method, urlPath) && p.strikes(c) {
			effects = append(effects, c.Plan)
		}
	}
	return effects
}

func (p *Plans) strikes(c *counted) bool {
	c.met++
	if c.met < c.Nth || (c.Times != Always && c.struck >= c.Times) {
		return false
	}
	if c.Rate > 0 && p.roll() >= c.Rate {
		return false
	}
	c.struck++
	return true
}

func (p *Plans) roll() float64 {
	if p.dice == nil {
		p.dice = rand.New(rand.NewPCG(p.seed, 0))
	}
	return p.dice.Float64()
}
