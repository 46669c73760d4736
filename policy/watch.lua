-- What admit.c does to begin and end a watch.
local function stop_watching(r)
	r.watched_until = nil
	r.changed = true
	r.set.w, r.set.W = false, false
	contacts_clear(r)
end

local function watch_is_over(r)
	if not r.watched_until or r.now < r.watched_until then
		return false
	end
	stop_watching(r)
	return true
end

local function start_watching(r, limits, since, untl)
	r.watched_since, r.watched_until = since, untl
	r.changed = true
	r.set.w, r.set.W = text(r.watched_since), text(r.watched_until)
	if limits.blocks_all then
		contacts_clear(r)
	end
end
