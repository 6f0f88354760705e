package fault_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/samchon/payments-server/fakes/fault"
)

func TestAdd_RefusesPlansThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for name, plan := range map[string]fault.Plan{
		"no kind":            {},
		"an unknown kind":    {Kind: "explode"},
		"a broken pattern":   {Kind: fault.Drop, Path: "["},
		"a negative nth":     {Kind: fault.Drop, Nth: -1},
		"a negative times":   {Kind: fault.Drop, Times: -2},
		"a rate above one":   {Kind: fault.Drop, Rate: 1.5},
		"a negative delay":   {Kind: fault.Delay, Delay: -1},
		"a status of no use": {Kind: fault.Fail, Status: 42},
		"a code not sent":    {Kind: fault.Lose, Code: "REJECT_CARD_COMPANY"},
		"a message not sent": {Kind: fault.Delay, Message: "later"},
		"a strange code":     {Kind: fault.Reject, Code: "strange"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plans := fault.Plans{CheckCode: func(code string) error { return errors.New(code + " is strange") }}
			if _, err := plans.Add(plan); !errors.Is(err, fault.ErrInvalid) {
				t.Errorf("Add = %v, want ErrInvalid", err)
			}
		})
	}
}

func TestStrike(t *testing.T) {
	t.Parallel()
	type request struct{ method, path string }
	cancel := request{"POST", "/payments/cancel"}
	read := request{"GET", "/payments/imp_1"}
	for _, test := range []struct {
		name     string
		plan     fault.Plan
		requests []request
		struck   []bool
	}{
		{
			"once, at any request, unless the plan says otherwise",
			fault.Plan{Kind: fault.Drop},
			[]request{read, cancel}, []bool{true, false},
		},
		{
			"only at its method and path",
			fault.Plan{Kind: fault.Drop, Method: "POST", Path: "/payments/*"},
			[]request{read, {"POST", "/receipts/imp_1"}, {"POST", "/payments/a/b"}, cancel}, []bool{false, false, false, true},
		},
		{
			"at the nth match, so many times",
			fault.Plan{Kind: fault.Lose, Method: "POST", Nth: 2, Times: 2},
			[]request{cancel, read, cancel, cancel, cancel}, []bool{false, false, true, true, false},
		},
		{
			"always",
			fault.Plan{Kind: fault.Fail, Times: fault.Always},
			[]request{read, read, read}, []bool{true, true, true},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var plans fault.Plans
			plans.MustAdd(test.plan)
			for i, r := range test.requests {
				if got := plans.Strike(r.method, r.path).Has(test.plan.Kind); got != test.struck[i] {
					t.Errorf("request %d: struck = %v, want %v", i+1, got, test.struck[i])
				}
			}
		})
	}
}

func TestStrike_RepeatsItselfForTheSameSeed(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) (struck []int) {
		var plans fault.Plans
		plans.Seed(seed)
		plans.MustAdd(fault.Plan{Kind: fault.Lose, Rate: 0.2})
		for i := range 1_000 {
			if plans.Strike("POST", "/") != nil {
				struck = append(struck, i)
			}
		}
		return struck
	}
	first := run(7)
	if len(first) < 150 || len(first) > 250 {
		t.Errorf("a rate of 0.2 struck %d of 1000", len(first))
	}
	if !slices.Equal(first, run(7)) {
		t.Error("the same seed struck other requests")
	}
	if slices.Equal(first, run(8)) {
		t.Error("another seed struck the same requests")
	}
}

func TestStrike_CombinesPlans(t *testing.T) {
	t.Parallel()
	var plans fault.Plans
	plans.MustAdd(fault.Plan{Kind: fault.Lose})
	plans.MustAdd(fault.Plan{Kind: fault.Stall})
	effects := plans.Strike("POST", "/")
	if want := []fault.Kind{fault.Lose, fault.Stall}; !slices.Equal(effects.Kinds(), want) {
		t.Errorf("struck by %v, want %v", effects.Kinds(), want)
	}
}

func TestStrikeWebhook_IsNotWornOutByRequests(t *testing.T) {
	t.Parallel()
	var plans fault.Plans
	plans.MustAdd(fault.Plan{Kind: fault.LoseWebhook})
	plans.MustAdd(fault.Plan{Kind: fault.Drop})
	if struck := plans.Strike("POST", "/").Kinds(); !slices.Equal(struck, []fault.Kind{fault.Drop}) {
		t.Errorf("the request met %v", struck)
	}
	if struck := plans.StrikeWebhook(fault.ByClock).Kinds(); !slices.Equal(struck, []fault.Kind{fault.LoseWebhook}) {
		t.Errorf("the webhook met %v", struck)
	}
	if struck := plans.StrikeWebhook(fault.ByClock); struck != nil {
		t.Errorf("the next webhook met %v", struck.Kinds())
	}
}

func TestStrikeWebhook_KeepsToItsCause(t *testing.T) {
	t.Parallel()
	var plans fault.Plans
	plans.MustAdd(fault.Plan{
		Kind: fault.LoseWebhook, Method: "POST", Path: "/__fake/payments/*/deposit", Times: fault.Always,
	})
	for cause, struck := range map[fault.Cause]bool{
		fault.ByClock: false, {"POST", "/vbanks"}: false, {"POST", "/__fake/payments/imp_1/deposit"}: true,
	} {
		if got := plans.StrikeWebhook(cause) != nil; got != struck {
			t.Errorf("caused by %v: struck = %v, want %v", cause, got, struck)
		}
	}
}

func TestList_CountsWhatEachPlanMet(t *testing.T) {
	t.Parallel()
	var plans fault.Plans
	plan := plans.MustAdd(fault.Plan{Kind: fault.Drop, Times: 2})
	for range 3 {
		plans.Strike("GET", "/")
	}
	list := plans.List()
	if len(list) != 1 || list[0].Met != 3 || list[0].Struck != 2 {
		t.Errorf("List = %+v, want one plan that met 3 and struck 2", list)
	}
	if !plans.Remove(plan.ID) || plans.Remove(plan.ID) {
		t.Error("Remove must report true once")
	}
}

func TestPlan_InJSON(t *testing.T) {
	t.Parallel()
	var plan fault.Plan
	text := `{"kind":"delay","method":"POST","path":"/payments/cancel","nth":2,"times":-1,"delay":"90s"}`
	if err := json.Unmarshal([]byte(text), &plan); err != nil {
		t.Fatal(err)
	}
	if plan.Kind != fault.Delay || time.Duration(plan.Delay) != 90*time.Second || plan.Times != fault.Always {
		t.Errorf("read %+v", plan)
	}
}
