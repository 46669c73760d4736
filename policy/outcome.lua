-- with record contacts standing suspect
-- The twin of standing_record in standing.c, for answers that came in this order and are counted at one time.
-- KEYS: the partner's base. ARGV: edge, partner's key, limits, time or '', 1: who is not known
-- may become so, letters 's' and 'f'.
-- Answers the time alone for who is not known and may not become so; else time, 1 if it
-- became suspicious, the five times of its restrictions.
local rare = rarely()
local now, limits, letters = clock(ARGV[4]), limits_of(ARGV[3]), ARGV[6]
local r = record_load(KEYS[1], ARGV[2], now, limits.span)
if not r.last and ARGV[5] ~= '1' then
	return { now }
end

local function count(standing)
	local successes, failures = standing.counts(r.now)
	local became = 0
	for i = 1, #letters do
		if string.byte(letters, i) == 115 then
			successes = successes + 1
		else
			failures = failures + 1
		end
		if not r.suspicious_until and standing.is_suspect(successes, failures) then
			rare.start_suspecting(r, r.now, r.now + limits.suspicion_hold)
			became = 1
		end
	end
	return became
end

-- `n` stays: it tells what window.c has forgotten, which knows nothing of answers.
r.set.n = not r.last and text(r.now) or nil
if r.tallied ~= limits.suspicion_window then
	rare.standing_keep(r, limits)
end
local standing = rare.standing_of(r, limits)
standing.forget(r.now - limits.suspicion_window)
local became = count(standing)
local _, failures = string.gsub(letters, 'f', '')
rare.standing_add(r, limits, r.now, #letters - failures, failures)
record_save(r, limits.span, ARGV[1])
return rare.add_hold({ now, became }, r, 2)
