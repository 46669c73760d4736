-- What standing.c does to count answers and to begin a suspicion.
-- rarely

local function slot_start(limits, time)
	local width = math.floor(limits.suspicion_window / 30)
	return time - time % (width < 1 and 1 or width)
end

-- Adds to the slot of that time.
local function standing_add(r, limits, time, successes, failures)
	local start = text(slot_start(limits, time))
	for kind, count in pairs({ s = successes, f = failures }) do
		if count > 0 and call('HINCRBY', r.base .. ':a', start .. kind, text(count)) == count then
			r.fresh = true
		end
	end
end

local function start_suspecting(r, since, untl)
	r.suspicious_since, r.suspicious_until = since, untl
	r.changed = true
end
