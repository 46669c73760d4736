-- with record window contacts watch standing peek
-- The twin of admit.c: rows 7 to 10 of the ladder for one message, in one step. KEYS: the
-- partner's base; for a tenant also its provider's, and that of the tenants beyond max-tenants.
-- ARGV: edge, partner's key, limits, time or '', target or '', what (1: it ends a call, 2: who is not
-- known may become so, 4: nothing is written), provider's key, provider's limits, max-tenants.
-- Answers the time alone for who is not known and may not become so; else time, marks, class, wait,
-- retry, refused until; and, where there is one that is not 0, five times of the partner's
-- restrictions and of the provider's. Where nothing is written these are always there, as they are before the
-- message, and behind them seven figures (peek.lua) of the partner's and of the provider's.
--
-- The Redis user of an edge needs: eval evalsha script|load time auth ping role select subscribe publish set zscan,
-- and for all scripts: del hdel hget hgetall hincrby hlen hmget hset hsetnx lindex linsert llen lrange
-- ltrim pexpire rpush type zadd zcard zcount zrange zrangebyscore zrem zremrangebyscore zscore.
local ADMITTED, SUSPICIOUS, BECAME_WATCHED, PROVIDER_DECIDED, STOPPED_WATCHED, STOPPED_SUSPICIOUS,
	PROVIDER_STOPPED_WATCHED, CREATED, SHARED, USUAL_DECIDED = 1, 2, 4, 8, 16, 32, 64, 128, 256, 512
local CLASS_DISCOVERED, CLASS_SUSPICIOUS, CLASS_WATCHED = 0, 1, 2

local function is_watched(r, limits)
	return r and r.watched_until and limits.distinct > 0
end

-- Since the last message time has gone by.
local function let_time_pass(h)
	local own, limits, provider = h.own, h.limits, h.provider
	if own.watched_until and rarely().watch_is_over(own) then
		h.marks = h.marks + STOPPED_WATCHED
	end
	if own.tallied ~= limits.suspicion_window then
		rarely().standing_keep(own, limits)
	end
	if own.suspicious_until and rarely().standing_review(own, limits) then
		h.marks = h.marks + STOPPED_SUSPICIOUS
	end
	if own.keep ~= limits.keep then
		rarely().window_keep(own, limits.keep)
	end
	if provider and provider.watched_until and rarely().watch_is_over(provider) then
		h.marks = h.marks + PROVIDER_STOPPED_WATCHED
	end
	if provider and provider.keep ~= h.provider_limits.keep then
		rarely().window_keep(provider, h.provider_limits.keep)
	end
	if own.suspicious_until and limits.min_responses > 0 then
		h.suspicious, h.class = true, CLASS_SUSPICIOUS
		h.marks = h.marks + SUSPICIOUS
	end
	if is_watched(own, limits) or is_watched(provider, h.provider_limits) then
		h.class = CLASS_WATCHED
	end
end

-- Only what blocks all is the same for every message.
local function tell_blocked_until(h)
	local function all_blocked_until(r, limits)
		return is_watched(r, limits) and limits.blocks_all and r.watched_until - r.offset or 0
	end
	h.refused_until = math.max(all_blocked_until(h.own, h.limits), all_blocked_until(h.provider, h.provider_limits))
end

-- Row 7.
local function passes_watch(h)
	if h.class ~= CLASS_WATCHED then
		return true
	end
	local function refuses(r, limits)
		return is_watched(r, limits) and not h.ends_call and
			(limits.blocks_all or (h.target and not contacts_has(r, h.target, -math.huge)))
	end
	local own, provider = refuses(h.own, h.limits), refuses(h.provider, h.provider_limits)
	if not own and not provider then
		return true
	end
	h.provider_decided = not own
	tell_blocked_until(h)
	return false
end

local function wait_for(own, count, period)
	return count > 0 and earliest_behind(own, count, period, own.now) - own.now or 0
end

-- Each record has its clock, so what they share is how long to wait. Whoever is suspicious keeps the usual
-- rate too.
local function find_slot(h, suspicious)
	local own, provider, limits = h.own, h.provider, h.provider_limits
	h.own_wait = wait_for(own, h.limits.count, h.limits.period)
	if suspicious then
		h.slow_wait = wait_for(own, h.limits.slow_count, h.limits.slow_period)
		h.own_wait = math.max(h.own_wait, h.slow_wait)
	end
	h.wait = h.own_wait
	if provider and limits.count > 0 then
		h.wait = earliest_between(provider, limits.count, limits.period, provider.now + h.own_wait) - provider.now
	end
end

-- Rows 8 and 9.
local function passes_rate(h)
	local own, limits = h.own, h.limits
	find_slot(h, h.suspicious)
	if h.wait == 0 then
		return true
	end
	local waits_until = rarely().waits_until
	local most = h.ends_call and limits.ending_delay or limits.max_delay
	-- Row 8 is asked first: where its rate alone refuses, the usual one has no say.
	if h.suspicious and h.slow_wait < h.own_wait and h.slow_wait <= most then
		h.marks = h.marks + USUAL_DECIDED
	end
	local room = not waits_until(own, h.ends_call, limits.max_waiting)
	h.provider_decided = h.wait > h.own_wait and (h.own_wait == 0 or (room and h.own_wait <= most))
	if room and h.wait <= most then
		return true
	end
	h.retry = h.wait

	-- When an ordinary message may go or wait, if nothing more is booked: its slot
	-- does not move until it is reached.
	local function taken_from()
		local slot, free = own.now + h.wait, waits_until(own, false, limits.max_waiting) or own.now
		return math.min(slot, math.max(slot - limits.max_delay, free))
	end

	-- A suspicious partner may be calm again before that, and have more slots then.
	local function refused_until()
		local from = taken_from()
		local calm = h.suspicious and rarely().standing_of(own, limits).calm_at()
		if not calm or from < calm then
			return from
		end
		find_slot(h, false)
		return math.max(calm, taken_from())
	end

	h.refused_until = h.ends_call and 0 or refused_until() - own.offset
	return false
end

-- Row 10 for one record: would the target be one too many?
local function is_one_too_many(h, r, limits)
	if not h.target or not r or limits.distinct == 0 or r.contacts < limits.distinct or r.watched_until then
		return false
	end
	local since = r.now - limits.watch_window
	return not contacts_has(r, h.target, since) and rarely().contacts_expire(r, since) >= limits.distinct
end

-- What ends a call goes its way even so; it is never refused for a watched partner.
local function passes_target(h)
	local own = is_one_too_many(h, h.own, h.limits)
	local provider = not own and is_one_too_many(h, h.provider, h.provider_limits)

	if not own and not provider then
		return true
	end
	local r, limits = h.own, h.limits
	if provider then
		r, limits = h.provider, h.provider_limits
	end
	rarely().start_watching(r, limits, r.now, r.now + limits.watch_hold)
	h.class = CLASS_WATCHED
	h.marks = h.marks + BECAME_WATCHED
	h.provider_decided = provider
	if h.ends_call then
		return true
	end
	tell_blocked_until(h)
	return false
end

local function book(h, r, limits)
	if limits.count > 0 then
		window_book(r, r.now + h.wait, h.ends_call)
	end
	if h.target and limits.distinct > 0 and not r.watched_until then
		contacts_add(r, h.target, r.now_text)
	end
end

local function admit(h)
	if not passes_watch(h) or not passes_rate(h) or not passes_target(h) then
		h.wait = 0
		return
	end
	book(h, h.own, h.limits)
	if h.provider then
		book(h, h.provider, h.provider_limits)
	end
	h.marks = h.marks + ADMITTED
end

-- The provider pays too, and the others beyond max-tenants for a tenant that has no room.
local function charge_provider(h, now)
	local shared = KEYS[1] == KEYS[3]
	local provider, limits

	-- Beside those heard of inside the window. A restricted one is not forgotten.
	local function has_room()
		local tenants, name, most = provider.base .. ':t', string.match(ARGV[2], '/(.*)'), tonumber(ARGV[9])
		if call('ZADD', tenants, provider.now_text, name) == 0 then
			return true
		end
		provider.fresh = true
		if h.own.watched_until or h.own.suspicious_until or call('ZCARD', tenants) <= most then
			return true
		end
		call('ZREMRANGEBYSCORE', tenants, '-inf', text(provider.now - h.limits.watch_window))
		if call('ZCARD', tenants) <= most then
			return true
		end
		call('ZREM', tenants, name)
		return false
	end

	limits = limits_of(ARGV[8])
	provider = record_load(KEYS[2], ARGV[7], now, limits.span)
	provider.set.n = provider.now_text
	h.provider, h.provider_limits = provider, limits
	if not shared and not has_room() then
		h.own = record_load(KEYS[3], 't' .. string.sub(ARGV[7], 2), now, h.limits.span)
		shared = true
	end
	return shared
end

local now, what = clock(ARGV[4]), ARGV[6] + 0
local looks = what >= 4
local limits = limits_of(ARGV[3])
local own = record_load(KEYS[1], ARGV[2], now, limits.span)
if not own.last and what % 4 < 2 then
	return { now }
end
if looks then
	rarely().only_look()
end
local h = {
	own = own, limits = limits, provider = nil, provider_limits = nil,
	target = ARGV[5] ~= '' and ARGV[5], ends_call = what % 2 == 1, marks = own.last and 0 or CREATED,
	class = CLASS_DISCOVERED, wait = 0, own_wait = 0, retry = 0, refused_until = 0,
	suspicious = false, provider_decided = false,
}
if KEYS[2] and charge_provider(h, now) then
	own, h.marks = h.own, SHARED
end
own.set.n = own.now_text
let_time_pass(h)
local provider = h.provider
local view = looks and rarely().view(h)
admit(h)
record_save(own, limits.span, ARGV[1])
if provider then
	record_save(provider, h.provider_limits.span, ARGV[1])
end
local reply = { now, h.marks + (h.provider_decided and PROVIDER_DECIDED or 0), h.class, h.wait, h.retry, h.refused_until }

local function has_hold(r)
	return r.watched_until or r.suspicious_until or r.released
end

if looks then
	for i = 1, #view do
		reply[6 + i] = view[i]
	end
elseif has_hold(own) or (provider and has_hold(provider)) then
	rarely().add_hold(reply, own, 6)
	rarely().add_hold(reply, provider or { offset = 0 }, 11)
end
return reply
