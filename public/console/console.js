// What pages gain where scripts run; everything works without.

const zoned = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

/** Times stand in UTC until the browser says where it is. */
function localize(root) {
  if (document.documentElement.dataset.zone !== 'browser') return
  for (const time of root.querySelectorAll('time[datetime]')) time.textContent = zoned.format(new Date(time.dateTime))
}

/** How many were found is read out, not the whole list: its first words, in a place that stays while the list is replaced. */
function tellIn(form, target) {
  target.removeAttribute('aria-live')
  const said = document.createElement('p')
  said.className = 'said'
  said.setAttribute('role', 'status')
  form.append(said)
  return said
}

/** A list that follows what is typed: the same address as without a script, of whose page only the list is taken. */
function searchLive(form) {
  const target = document.getElementById(form.dataset.live)
  const said = tellIn(form, target)
  let timer = 0
  let latest = 0

  function show(found) {
    target.replaceChildren(...found.childNodes)
    enhance(target)
    said.textContent = target.querySelector('p')?.textContent ?? ''
  }

  async function load() {
    const url = new URL(form.action || location.href)
    url.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== '')).toString()
    latest += 1
    const mine = latest
    const answer = await fetch(url, { headers: { Accept: 'text/html' } }).catch(() => undefined)
    if (!answer || mine !== latest) return
    if (answer.redirected || !answer.ok) return location.assign(url)
    const found = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById(form.dataset.live)
    if (!found || mine !== latest) return
    show(found)
    history.replaceState(null, '', url)
  }

  form.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(load, 200)
  })
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    clearTimeout(timer)
    load()
  })
}

/** A second click while the first is under way does nothing. */
function submitOnce(event) {
  if (event.defaultPrevented || event.target.method !== 'post') return
  if (event.target.dataset.sent) return event.preventDefault()
  event.target.dataset.sent = 'true'
  // Not before the browser has taken down which button it was.
  setTimeout(() => {
    for (const button of event.target.querySelectorAll('button')) button.disabled = true
  })
}

/** All rows at once; the box is ticked while all are. */
function selectAll(box) {
  const others = [...box.form.querySelectorAll('input[type=checkbox][name=id]')]
  for (const hidden of [box, box.closest('label')]) if (hidden) hidden.hidden = false
  box.addEventListener('change', () => {
    for (const other of others) other.checked = box.checked
  })
  const follow = () => {
    const checked = others.filter((other) => other.checked).length
    box.checked = checked > 0 && checked === others.length
    box.indeterminate = checked > 0 && checked < others.length
  }
  for (const other of others) other.addEventListener('change', follow)
  // A browser that comes back to the page has ticked some already.
  follow()
}

function copies(button) {
  button.hidden = false
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent)
    button.textContent = 'Copied'
  })
}

/** What is there at first, and what is put there later. */
function enhance(root) {
  localize(root)
  for (const box of root.querySelectorAll('[data-select-all]')) selectAll(box)
  for (const button of root.querySelectorAll('[data-copy]')) copies(button)
}

enhance(document)
document.addEventListener('submit', submitOnce)
// Back from the next page by the browser's cache: the form may be sent again.
addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) {
    delete form.dataset.sent
    for (const button of form.querySelectorAll('button')) button.disabled = false
  }
})
for (const form of document.querySelectorAll('form[data-live]')) searchLive(form)
