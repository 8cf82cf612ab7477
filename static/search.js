/* Searches an archive: docs/search-format.md; site_gen/search/reader.py answers alike. */
(() => {
'use strict'
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const VALUE = new Uint8Array(128)
for (let i = 0; i < 64; i++) VALUE[LETTERS.charCodeAt(i)] = i

// ---- words
const SAME = {
  ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', þ: 'th', ł: 'l', ı: 'i', ς: 'σ',
  ى: 'ي', ی: 'ي', ې: 'ي', ک: 'ك', ة: 'ه', ە: 'ه', ہ: 'ه', ۀ: 'ه', ٱ: 'ا', ـ: '', '\u200c': '', '\u200d': ''
}
for (const zero of [0x660, 0x6f0, 0x966]) for (let i = 0; i < 10; i++) SAME[String.fromCharCode(zero + i)] = '' + i
const MARKS = /[ (),.·⁄\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u064b-\u065f\u0670\u06d6-\u06ed]/g
const WORD = /[\p{L}\p{N}\u0900-\u0963\u0966-\u0dff\u200c\u200d]+/gu
const PAIRED = '\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff'
const RUNS = new RegExp(`[${PAIRED}]+|[^${PAIRED}]+`, 'g')
const IS_PAIRED = new RegExp(`[${PAIRED}]`)

const fold = word => [...word.normalize('NFKD').replace(MARKS, '')].map(c => SAME[c] ?? c).join('').toLowerCase().normalize('NFC').slice(0, 40)
const split = text => (text.toLowerCase().match(WORD) || []).flatMap(parts)
const parts = word => (word.match(RUNS) || []).flatMap(run => {
  if (!IS_PAIRED.test(run) || run.length < 2) return [run]
  return Array.from({ length: run.length - 1 }, (_, i) => run.slice(i, i + 2))
})
const bare = form => form.replace(/^(ال|[وف]?لل)(?=...)|^[وفبك]{1,2}ال(?=....)/, '')

// ---- shards
const base = new URL(document.currentScript.dataset.search, location.href)
const shards = {}
const load = file => (shards[file] ??= new Promise((resolve, reject) => {
  const tag = document.createElement('script')
  tag.src = new URL(file, base)
  const end = () => {
    clearTimeout(late)
    tag.remove()
    if (tag.values) return resolve(tag.values)
    delete shards[file]
    reject(Object.assign(new Error(file + ' did not arrive'), { shard: file }))
  }
  const late = setTimeout(end, 30000)
  tag.onload = tag.onerror = end
  document.head.append(tag)
}))
let root
const open = () => load(base.pathname.split('/').pop()).then(([data]) => (root ??= prepared(data)))
const prepared = data => {
  const [first, shard] = [[], []]
  let [n, d] = [0, 0]
  for (const room of numbers(data.groups)) {
    first.push(n)
    shard.push(d)
    n += room
    d += Math.ceil(room / data.perShard)
  }
  for (const [kinds, text] of Object.entries(data.files)) {
    for (const [, run, hashes, counts] of text.matchAll(/(\w+)\.(\w*)\.(\S+)/g)) {
      let at = 0
      numbers(counts).forEach((count, k) => {
        for (let i = 0; i < count; i++, at += 8) {
          (data[kinds[k]] ??= []).push(`${kinds[k]}-${run}.${i}-${hashes.substr(at % hashes.length, 8)}.js`)
        }
      })
    }
  }
  return { ...data, room: n, first, shard, words: decoded(data.words), stems: decoded(data.stems), endings: data.endings.split(' ') }
}
const part = (kind, i) => load(root[kind][i])

const numbers = text => {
  const r = reader(text)
  const all = []
  while (r.at < text.length) all.push(r.number())
  return all
}
const reader = text => ({
  at: 0,
  number() {
    let value = 0
    let factor = 1
    for (;;) {
      const digit = VALUE[text.charCodeAt(this.at++)]
      value += (digit & 31) * factor
      if (digit < 32) return value
      factor *= 32
    }
  },
  letter() { return VALUE[text.charCodeAt(this.at++)] }
})
const decoded = text => {
  let last = ''
  return text ? text.split(' ').map(w => (last = last.slice(0, VALUE[w.charCodeAt(0)]) + w.slice(1))) : []
}
/* The last that is not behind `word`. */
const behind = (words, word) => {
  let low = 0
  let high = words.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (words[middle] <= word) low = middle + 1
    else high = middle
  }
  return low - 1
}

// ---- queries
const PART = /(-?)(?:(author|place|topic|year|date|lang):)?(?:"([^"]*)"|(\S+))/g
const parse = text => {
  const query = { words: [], phrases: [], without: [], filters: [] }
  for (const [, minus, field, quoted, bare] of text.matchAll(PART)) {
    const value = quoted ?? bare
    const words = split(value).map(fold).filter(Boolean)
    if (field) query.filters.push({ field, value, without: !!minus })
    else if (minus && words.length) query.without.push(words)
    else if (quoted !== undefined && words.length > 1) query.phrases.push(words)
    else if (bare && words.length && bare.endsWith('*')) {
      query.words.push(...words.slice(0, -1).map(word => ({ word })), { word: words.at(-1), prefix: true })
    } else query.words.push(...words.map(word => ({ word })))
  }
  return query
}

// ---- the dictionary
const BY_COUNT = (a, b) => b.count - a.count || (a.form < b.form ? -1 : 1)
const seen = []
const entries = async i => {
  const shard = await part('w', i)
  if (!shard.forms) {
    const more = shard[1].split(' ')
    shard.forms = decoded(shard[0]).map((form, j) => {
      const [count, ...stems] = more[j].split('.')
      return {
        form,
        count: reader(count).number(),
        stems: stems.length ? stems.map(s => form.slice(0, form.length - VALUE[s.charCodeAt(0)]) + s.slice(1)) : [form]
      }
    })
    seen.push(...shard.forms)
  }
  return shard.forms
}
/* Entries that begin with `start`, of eight shards. */
const beginning = async start => {
  const from = Math.max(behind(root.words, start), 0)
  const to = Math.min(behind(root.words, start + '\uffff'), from + 7)
  const all = await Promise.all(root.words.slice(from, to + 1).map((_, k) => entries(from + k)))
  return all.flat().filter(e => e.form.startsWith(start))
}
const known = async word => {
  const i = behind(root.words, word)
  const found = i < 0 ? undefined : (await entries(i)).find(e => e.form === word)
  return found || bare(word) === word ? found : known(bare(word))
}
const stemsOf = async word => (await known(word))?.stems || []
/* What an unknown word means: a completion, its kin or the nearest word. */
const meant = async word => {
  if (word.length < 3) return
  const longer = await beginning(word)
  if (longer.length) return longer.sort(BY_COUNT)[0]
  const around = await beginning(word.slice(0, word.length > 4 ? 2 : 1))
  const most = word.length > 7 ? 2 : 1
  const near = around.map(e => ({ ...e, distance: distance(word, e.form, most) })).filter(e => e.distance <= most)
  // Other forms of its stem go first.
  const endings = new Set(around.flatMap(({ form, stems }) => stems.map(s => form.startsWith(s) && form.slice(s.length))))
  for (const e of await beginning(word.slice(0, (word.length - 1) >> 1))) {
    for (const s of e.stems) {
      if (s.length > 2 && s.length >= word.length / 2 && word.startsWith(s) && endings.has(word.slice(s.length))) near.push({ ...e, distance: -s.length })
    }
  }
  return near.sort((a, b) => a.distance - b.distance || BY_COUNT(a, b))[0]
}
/* Letters to add, drop, change or swap (neighbours), or more than `most`. */
const distance = (a, b, most) => {
  if (Math.abs(a.length - b.length) > most) return most + 1
  let before = []
  let last = [...Array(b.length + 1).keys()]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] !== b[j - 1]))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1)
    }
    before = last
    last = row
  }
  return last[b.length]
}

// ---- postings
/* What the postings (p) or positions (o) say of a stem. */
const row = async (kind, stem) => {
  const i = behind(root.stems, stem)
  if (i < 0) return ''
  const stems = await part('p', i)
  const j = (stems.list ??= decoded(stems[0])).indexOf(stem)
  if (j < 0) return ''
  const shard = await part(kind, i)
  return (shard.rows ??= shard.at(-1).split(' '))[j]
}
/* The articles that hold a stem, and its level in each. */
const postings = async stem => {
  const text = await row('p', stem)
  const r = reader(text)
  const found = new Map()
  for (let group = 0; r.at < text.length;) {
    let id = root.first[group += r.number()]
    for (let n = r.number(); n; n--) found.set(id += r.number(), r.letter() & 31)
  }
  return found
}
/* By article that holds stems in some forms, where these stand. */
const places = async (stems, forms) => {
  const found = new Map()
  for (const stem of stems) {
    const wanted = forms.map(form => ending(form, stem))
    const r = reader(await row('o', stem))
    for (const id of (await postings(stem)).keys()) {
      const n = r.number()
      for (let k = n >> 1, at = 0; k; k--) {
        at += r.number()
        if (wanted.includes(n & 1 ? r.number() : 0)) found.set(id, (found.get(id) || new Set()).add(at))
      }
    }
  }
  return found
}
/* A number that tells forms of a stem apart. */
const ending = (form, stem) => {
  let at = 0
  while (at < stem.length && form[at] === stem[at]) at++
  const known = root.endings.indexOf(LETTERS[stem.length - at] + form.slice(at))
  if (known >= 0) return known
  let n = 0
  for (let i = 0; i < form.length; i++) n = (n * 31 + form.charCodeAt(i)) % 992
  return root.endings.length + n
}
/* The highest level in each article that holds a stem (in `only`: in some forms). */
const together = async (stems, only) => {
  const levels = new Map()
  await Promise.all(stems.map(async stem => {
    const forms = only?.get(stem)
    const there = forms && await places([stem], forms)
    for (const [id, level] of await postings(stem)) {
      if (!there || there.has(id)) levels.set(id, Math.max(levels.get(id) || 0, level))
    }
  }))
  return levels
}
const containing = async words => {
  const [first, ...rest] = await Promise.all(words.map(async word => places(await stemsOf(word), [word])))
  const stands = (id, at) => rest.every((one, k) => one.get(id)?.has(at + k + 1))
  return new Set([...first.keys()].filter(id => [...first.get(id)].some(at => stands(id, at))))
}

// ---- facets
const column = async name => {
  const i = root.columns.indexOf(name)
  const shard = i < 0 ? [[], ''] : await part('f', i)
  if (!shard.rows) {
    const [values, text] = shard
    const r = reader(text)
    const rows = []
    while (r.at < text.length) {
      let last = 0
      rows.push(Array.from({ length: r.number() }, () => (last += r.number())))
    }
    Object.assign(shard, { values, rows })
  }
  return shard
}
/* The day of each article, or NaN. */
const dates = () => column('date').then(({ values, rows }) => rows.map(([d]) => d + +values[0][1]))
const plain = text => split(text).map(fold).join(' ')
/* Days since 0001-01-01; a month stands for all its days. */
const day = (text, end) => {
  const match = /^([1-9]\d{3})(?:-(\d\d?))?(?:-(\d\d?))?$/.exec(text.trim())
  if (!match || match[1] === '9999') return end ? Infinity : -Infinity
  const [, y, m, d] = match.map(Number)
  const at = end && !d ? Date.UTC(m ? y : y + 1, m || 0, 0) : Date.UTC(y, (m || 1) - 1, d || 1)
  return Math.round(at / 864e5) + 719163
}
const filter = async ({ field, value, without }) => {
  let test
  if (field === 'year' || field === 'date') {
    const [from, to = from] = value.split('..')
    const low = day(from)
    const high = day(to, true)
    const days = await dates()
    test = id => days[id] >= low && days[id] <= high
  } else {
    if (!root.columns.includes(field)) throw new Error(`There is no filter “${field}”`)
    const { values, rows } = await column(field)
    const wanted = plain(value)
    const those = test => new Set([...values.keys()].filter(i => test(...values[i])))
    let hits = those((name, key, ...more) => key === value || [name, ...more].some(one => plain(one) === wanted))
    if (!hits.size && wanted) hits = those(name => ` ${plain(name)} `.includes(` ${wanted} `))
    test = id => rows[id].some(i => hits.has(i))
  }
  return without ? id => !test(id) : test
}

// ---- search
const search = async (text, { limit = 10, offset = 0, filters = {}, sort = 'relevance', facets = true, exact } = {}) => {
  await open()
  const query = parse(text)
  const all = [...query.filters, ...Object.entries(filters).flatMap(([field, values]) => [values].flat().map(value => ({ field, value })))]
  const instead = new Map()
  const terms = []
  const stop = new Set(query.words.length > 3 ? root.stop.split(' ') : [])
  const telling = query.words.filter(({ word, prefix }) => prefix || !stop.has(word))
  for (const { word, prefix } of telling.length ? telling : query.words) {
    if (prefix) {
      const only = new Map()
      const longer = (await beginning(word)).sort(BY_COUNT).slice(0, 100)
      // So do forms of a stem that begins so, but for few.
      for (const { form, stems } of longer) for (const s of stems) only.set(s, s.startsWith(word) ? 0 : [...only.get(s) || [], form])
      terms.push({ word, stems: [...only.keys()], only })
      continue
    }
    let found = await known(word)
    if (!found && !exact && (found = await meant(word))) instead.set(word, found.form)
    terms.push({ word: found?.form || word, stems: found?.stems || [] })
  }
  for (const word of query.phrases.flat()) terms.push({ word, stems: await stemsOf(word) })
  const n = root.articles
  const scores = new Float64Array(root.room)
  const held = new Uint8Array(root.room)
  const found = await Promise.all(terms.map(term => together(term.stems, term.only)))
  for (const levels of found) {
    const weight = rarity(n, levels.size)
    for (const [id, level] of levels) { scores[id] += weight * level; held[id]++ }
  }
  const browse = !terms.length && (all.length || query.without.length)
  const { rows } = await column(browse && 'lang')
  let ids = [...held.keys()].filter(id => browse ? rows[id].length : held[id])
  for (const words of query.phrases) {
    const hits = await containing(words)
    ids = ids.filter(id => hits.has(id))
  }
  for (const words of query.without) {
    const hits = words.length > 1 ? await containing(words) : await together(await stemsOf(words[0]))
    ids = ids.filter(id => !hits.has(id))
  }
  for (const one of all) ids = ids.filter(await filter(one))
  const present = found.filter(levels => levels.size).length
  const whole = query.words.length < 4 && present ? id => held[id] >= present : () => true
  const complete = ids.filter(whole).length
  if (sort === 'relevance' && !browse) {
    ids.sort((a, b) => whole(b) - whole(a) || scores[b] - scores[a])
  } else {
    if (complete) ids = ids.filter(whole)
    const days = await dates()
    const sign = sort === 'oldest' ? 1 : -1
    const at = id => sign * days[id] || Infinity
    ids.sort((a, b) => at(a) - at(b))
  }
  return {
    total: ids.length,
    complete,
    hits: await Promise.all(ids.slice(offset, offset + limit).map(id => article(id, scores[id]))),
    facets: facets ? await counted(complete ? ids.filter(whole) : ids) : undefined,
    suggestion: instead.size ? { words: Object.fromEntries(instead), query: text.replace(WORD, word => instead.get(fold(word.toLowerCase())) ?? word) } : undefined,
    terms: terms.map(term => term.word),
    stems: terms.flatMap(term => term.stems)
  }
}
/* A whole number, the same in all readers. */
const rarity = (n, df) => Math.floor(1000 * Math.log(1 + (n - df + 0.5) / (df + 0.5)) + 0.5)
const article = async (id, score) => {
  const group = behind(root.first, id)
  const slot = id - root.first[group]
  const [rows] = await part('d', root.shard[group] + Math.floor(slot / root.perShard))
  const [title, url, language, date, day, filed, places, publication, text] = rows[slot % root.perShard]
  return { id, score, title, url, language, date, day, authors: filed.replace(/\|/g, ''), filed, places, publication, text }
}
const counted = async ids => {
  const out = {}
  for (const name of root.columns.filter(c => c !== 'date')) {
    const { values, rows } = await column(name)
    const counts = new Map()
    for (const id of ids) for (const i of rows[id]) counts.set(i, (counts.get(i) || 0) + 1)
    out[name] = [...counts].map(([i, count]) => ({ name: values[i][0], key: values[i][1], count })).sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1))
  }
  const days = await dates()
  const years = {}
  for (const id of ids) {
    const year = new Date((days[id] - 719163) * 864e5).getUTCFullYear()
    if (year) years[year] = (years[year] || 0) + 1
  }
  out.year = Object.entries(years).map(([key, count]) => ({ name: key, key, count }))
  return out
}

window.siteSearch = { search, parse, fold, split, take: (...values) => { document.currentScript.values = values } }

// ---- the page
const find = name => document.querySelector(`[data-search-${name}]`)
const form = find('form')
if (!form) return
const box = form.elements.q
const [out, status, chosen, tools] = ['results', 'status', 'chosen', 'tools'].map(find)
const panel = tools.querySelector('details')
const sorting = tools.querySelector('select')
const words = JSON.parse(form.dataset.searchForm)
const title = document.title
const say = (key, values) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name])
const count = n => n.toLocaleString(document.documentElement.lang)
const modified = e => e.ctrlKey || e.metaKey || e.altKey
const make = (tag, props, ...children) => {
  const node = document.createElement(tag)
  for (const [key, value] of Object.entries(props)) {
    if (key === 'click') node.addEventListener(key, e => {
      // Keys that open a link elsewhere do so here too.
      if (props.href && (e.shiftKey || modified(e))) return
      e.preventDefault()
      value()
    })
    else if (value || value === '') node.setAttribute(key, value === true ? '' : value)
  }
  node.append(...children.flat().filter(Boolean))
  return node
}
const button = (text, click, key) => make('button', { type: 'button', click, 'data-key': key }, text)
const bdi = text => make('bdi', {}, text)
const counter = n => make('span', { class: 'count' }, count(n))
const STEP = 10
const MOST_SAVED = 1000
const FEW = 8
const MOST_LISTED = 300
const FIELDS = ['year', 'author', 'place', 'topic', 'lang']
let state
let found
let drafting
let turn = 0

// The address holds the state.
const read = () => {
  const given = new URLSearchParams(location.search)
  state = {
    q: given.get('q') || '',
    sort: ['newest', 'oldest'].find(s => s === given.get('sort')) || 'relevance',
    exact: given.has('exact'),
    open: given.has('facets'),
    shown: Math.min(Math.max(parseInt(given.get('show')) || 0, STEP), MOST_SAVED)
  }
  for (const name of FIELDS) state[name] = given.getAll(name)
  drafting = false
  box.value = state.q
}
const address = values => {
  const next = { ...state, shown: STEP, ...values }
  const given = new URLSearchParams({ q: next.q })
  for (const name of FIELDS) for (const value of next[name]) given.append(name, value)
  if (next.sort !== 'relevance') given.set('sort', next.sort)
  if (next.exact) given.set('exact', '')
  if (next.open) given.set('facets', '')
  if (next.shown > STEP) given.set('show', next.shown)
  return '?' + given
}
/* `draft`: one entry of the history for all that is typed; `same`: none. */
const change = (values, how) => {
  const url = address(values)
  const replace = how === 'same' || url === location.search || (drafting && how)
  history[replace ? 'replaceState' : 'pushState'](null, '', url)
  if (how !== 'same') drafting = how === 'draft'
  Object.assign(state, { shown: STEP }, values)
  return show()
}
const current = more => {
  const filters = Object.fromEntries(FIELDS.map(name => [name, state[name]]))
  return search(state.q, { ...state, filters, facets: false, ...more })
}

/* Do what needs shards; tell when it is slow or fails. */
const attempt = async task => {
  const mine = ++turn
  const slow = setTimeout(() => mine === turn && status.replaceChildren(say('slow')), 500)
  try {
    const done = await task()
    if (mine === turn) done()
  } catch (error) {
    if (!error.shard) throw error
    if (mine !== turn) return
    if (task === answer) out.replaceChildren()
    status.replaceChildren(say('failed'), ' ', button(say('retry'), () => { box.focus(); attempt(task) }))
  } finally {
    clearTimeout(slow)
  }
}
const show = () => {
  document.title = (state.q && state.q + ' – ') + title
  panel.open = state.open
  sorting.value = state.sort
  if (state.q.trim() || FIELDS.some(name => state[name].length)) return attempt(answer)
  turn++
  tools.hidden = true
  out.replaceChildren()
  chosen.replaceChildren()
  status.replaceChildren(say('hint'))
}
const answer = async () => {
  const now = await current({ limit: state.shown, facets: state.open })
  const all = FIELDS.flatMap(field => state[field].map(value => ({ field, value })))
  const names = await Promise.all(all.map(async ({ field, value }) => {
    const { values } = await column(field)
    return values.find(one => one[1] === value)?.[0] ?? value.replace('..', '–')
  }))
  return () => {
    found = now
    const key = document.activeElement?.dataset.key
    tell()
    list()
    chosen.replaceChildren(...all.map(({ field, value }, i) => button([say(field), ': ', bdi(names[i]), ' ×'], () => toggle(field, value), 'chosen')))
    tools.hidden = false
    refine()
    if (key) (find('page').querySelector(`[data-key="${CSS.escape(key)}"]`) || panel.firstElementChild).focus()
  }
}
const tell = () => {
  const { total, complete, suggestion } = found
  status.replaceChildren(total ? say(total > 1 ? 'many' : 'one', { n: count(total) }) : say('nothing'))
  if (complete && complete < total) status.append(' · ', say('whole', { n: count(complete) }))
  if (suggestion) {
    status.append(' · ', say('instead', { query: suggestion.query }), ' ',
      make('a', { href: address({ exact: true }), click: () => change({ exact: true }) }, say('exactly', { query: state.q })))
  }
}
const list = () => {
  const old = new Map([...out.querySelectorAll('.card')].map(one => [one.dataset.id, one]))
  const forms = formsOf()
  out.replaceChildren(make('ol', { class: 'cards' }, found.hits.map(hit => {
    const id = hit.id + ' ' + found.terms
    return old.get(id) || card(hit, id, forms)
  })), found.total > found.hits.length ? make('p', { class: 'more' }, button(say('more'), more)) : '')
}
const more = async () => {
  const at = found.hits.length
  await change({ shown: at + STEP }, 'same')
  out.querySelectorAll('h2 a')[at]?.focus()
}

// ---- a result
/* What counts as a hit, each with its stem. */
const formsOf = () => {
  const stems = new Set(found.stems)
  const forms = new Map(found.terms.map(word => [word, word]))
  for (const { form, stems: own } of seen) {
    const stem = own.find(one => stems.has(one))
    if (stem) forms.set(form, stem)
  }
  return forms
}
const EXCERPT = 36
const PIECE = new RegExp(`[${PAIRED}]|(?:(?![${PAIRED}])${WORD.source.slice(0, -1)})+`, 'gu')
const card = ({ language, text, ...hit }, id, forms) => {
  const tokens = [...text.matchAll(PIECE)]
  const kind = ({ 0: piece, index: i }) => [piece, ...(IS_PAIRED.test(piece) ? [text.slice(i, i + 2), text.slice(i - 1, i + 1)] : [])]
    .map(one => fold(one.toLowerCase())).map(w => forms.get(w) || forms.get(bare(w))).find(Boolean)
  const kinds = tokens.map(kind)
  const at = [...kinds.keys()].filter(i => kinds[i])
  // The stretch with the most words of the query.
  let best = 0
  let most = 0
  at.forEach((start, k) => {
    const held = new Set()
    let near = 0
    for (let j = k; at[j] < start + EXCERPT - 8; j++) {
      if (at[j - 1] === at[j] - 1 && kinds[at[j - 1]] !== kinds[at[j]]) near = 1
      held.add(kinds[at[j]])
    }
    if (held.size + near > most) { most = held.size + near; best = start }
  })
  const from = Math.max(0, best - 8)
  const to = from + EXCERPT
  const end = i => tokens[i].index + tokens[i][0].length
  let last = from && tokens[from].index
  const pieces = [from ? '… ' : '']
  for (const i of at.filter(i => i >= from && i < to)) {
    pieces.push(text.slice(last, tokens[i].index), make('mark', {}, tokens[i][0]))
    last = end(i)
  }
  pieces.push(to < tokens.length ? text.slice(last, end(to - 1)) + ' …' : text.slice(last))
  const about = [hit.authors, hit.places].filter(Boolean).flatMap((names, i) => [i && ' · ', bdi(names)])
  const tongue = { lang: language || false, dir: 'auto' }
  return make('li', { class: 'card', 'data-id': id },
    make('h2', tongue, make('a', { href: away(hit.url, text, tokens[best], most) }, hit.title)),
    hit.date && make('p', { class: 'when' }, hit.date),
    about.length && make('p', { class: 'by' }, about),
    text && make('p', { ...tongue, class: 'excerpt' }, pieces))
}
const urlOf = (url, from = new URL('..', base)) => new URL(url.split('/').map(encodeURIComponent).join('/'), from).href
/* A link that jumps to the first hit shown. */
const away = (url, text, token, hits) => {
  if (!hits) return urlOf(url)
  const some = text.slice(token.index).split('\n')[0].split(/\s+/).slice(0, 4).join(' ')
  return urlOf(url) + '#:~:text=' + encodeURIComponent(some).replace(/-/g, '%2D')
}

// ---- facets
const toggle = (field, value) => {
  const on = state[field].includes(value)
  return change({ [field]: on ? state[field].filter(one => one !== value) : field === 'year' ? [value] : [...state[field], value] })
}
const unfolded = {}
const refine = () => {
  const facets = found.facets || {}
  find('facets').replaceChildren(
    ...FIELDS.filter(name => facets[name]?.length).map(name => make('fieldset', {},
      make('legend', {}, say(name)), name === 'year' ? histogram(facets.year) : values(name, facets[name]))),
    found.facets ? make('p', { class: 'saving' }, say('save'), Object.keys(KINDS).map(kind => button(KINDS[kind][0], () => save(kind), kind)),
      found.total > MOST_SAVED && say('capped', { n: count(MOST_SAVED) })) : ''
  )
}
const values = (field, all) => {
  const label = value => {
    const input = make('input', { type: 'checkbox', checked: state[field].includes(value.key), 'data-key': `${field} ${value.key}` })
    input.addEventListener('change', () => toggle(field, value.key))
    return make('label', {}, input, ' ', bdi(value.name), ' ', counter(value.count))
  }
  if (all.length <= FEW + 1) return all.map(label)
  const rest = make('details', { open: unfolded[field] }, make('summary', {}, say('rest', { n: count(all.length - FEW) })), all.slice(FEW, MOST_LISTED).map(label),
    all.length > MOST_LISTED && make('p', {}, say('beyond', { n: count(all.length - MOST_LISTED) })))
  rest.addEventListener('toggle', () => { unfolded[field] = rest.open })
  return [...all.slice(0, FEW).map(label), rest]
}
/* Years, or decades of many. */
const histogram = years => {
  const many = years.length > 20
  const bars = {}
  for (const { key, count } of years) {
    const span = many ? key.replace(/(.*)./, '$10..$19') : key
    bars[span] = (bars[span] || 0) + count
  }
  const most = Math.max(...Object.values(bars))
  return make('ul', { class: many ? 'drawers wide' : 'drawers' }, Object.entries(bars).map(([span, n]) => {
    const on = state.year.includes(span)
    const line = make('i', { class: 'bar' })
    line.style.backgroundSize = `${100 * n / most}% 100%`
    return make('li', {}, make('a', {
      href: address({ year: on ? [] : [span] }), 'aria-current': on && 'true', 'data-key': 'year ' + span, click: () => toggle('year', span)
    }, span.replace('..', '–'), ' ', counter(n), line))
  }))
}

// ---- saving
const save = kind => attempt(async () => {
  const { hits } = await current({ limit: MOST_SAVED })
  return () => {
    const text = KINDS[kind][1](hits.map(hit => ({
      ...hit,
      id: encodeURI(hit.url).replace(/\.html$/, '').replace(/%/g, '+'),
      url: urlOf(hit.url, document.querySelector('[rel=canonical]')?.href),
      names: hit.filed.split('; ').filter(Boolean).map(name => name.replace(/(.*) \|(.*)/, '$2, $1')),
      paper: hit.publication || document.querySelector('.site')?.textContent || '',
      ymd: hit.day.match(/^\d{4}(-\d\d)*/)?.[0]
    })))
    const link = make('a', { href: URL.createObjectURL(new Blob([text], { type: 'text/plain' })), download: 'results.' + kind })
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 1000)
    tell()
  }
})
const cell = text => (/^[=+\-@\t]/.test(text) ? `"'` : '"') + text.replace(/"/g, '""') + '"'
const COLUMNS = ['title', 'authors', 'day', 'places', 'language', 'url']
const asCsv = hits => [COLUMNS, ...hits.map(hit => COLUMNS.map(name => cell(hit[name]))), ''].join('\r\n')
const asRis = hits => hits.flatMap(({ title, names, paper, ymd, language, url }) => [
  'TY  - NEWS', 'TI  - ' + title, ...names.map(name => 'AU  - ' + name), 'T2  - ' + paper,
  ...(ymd ? ['PY  - ' + ymd.slice(0, 4), 'DA  - ' + [...ymd.split('-'), '', ''].slice(0, 3).join('/') + '/'] : []),
  'LA  - ' + language, 'UR  - ' + url, 'ER  - ', ''
]).join('\r\n')
const tex = text => text.replace(/[\\{}]/g, ' ').replace(/[#$%&_~^]/g, '\\$&')
const asBib = hits => hits.map(({ id, title, names, paper, ymd, url }) => ['@article{' + id, `title = {{${tex(title)}}}`, `journal = {${tex(paper)}}`,
  names.length && `author = {${names.map(name => name.includes(', ') ? tex(name) : `{${tex(name)}}`).join(' and ')}}`, ymd && `date = {${ymd}}`, `url = {${url}}`
].filter(Boolean).join(',\n  ') + '\n}\n').join('\n')
const KINDS = { csv: ['CSV', asCsv], bib: ['BibTeX', asBib], ris: ['RIS', asRis] }

// ---- input
let typing
const ask = how => {
  clearTimeout(typing)
  if (how === 'submit' || box.value !== state.q) change({ q: box.value, exact: false }, how)
}
box.addEventListener('input', () => {
  clearTimeout(typing)
  typing = setTimeout(ask, 150, 'draft')
})
form.addEventListener('submit', e => {
  e.preventDefault()
  ask('submit')
})
sorting.addEventListener('change', () => change({ sort: sorting.value }))
panel.addEventListener('toggle', () => panel.open !== state.open && change({ open: panel.open, shown: state.shown }, 'same'))
addEventListener('popstate', () => { clearTimeout(typing); read(); show() })
addEventListener('keydown', e => {
  const { key, target } = e
  if (e.isComposing || modified(e)) return
  const links = [box, ...out.querySelectorAll('h2 a, .more button')]
  const at = links.indexOf(target)
  const step = { ArrowDown: 1, ArrowUp: -1 }[key]
  if (key === '/' && !target.closest('input[type=search], select')) box.select()
  else if (key === 'Escape' && at >= 0) {
    box.value = ''
    ask('draft')
  } else if (!step || at < 0 || !links[at + step]) return
  e.preventDefault()
  ;(links[at + step] && step ? links[at + step] : box).focus()
})
read()
if (!state.q) box.focus()
show()
})()
