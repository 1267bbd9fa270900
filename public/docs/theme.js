// Before anything is painted: light or dark as the system has it.
const prefersDark = matchMedia('(prefers-color-scheme: dark)')
const follow = () => document.documentElement.classList.toggle('dark-mode', prefersDark.matches)

follow()
prefersDark.addEventListener('change', follow)
