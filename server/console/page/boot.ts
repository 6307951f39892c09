// Imports nothing, so that it is there when something else is not: a browser drops what it is loading when a network
// comes or goes, which starting containers does, and a page that lacks one module is dead.
const script = document.querySelector('script[src$="/main.ts"]')
script?.addEventListener('error', () => {
  const connection = document.getElementById('connection')
  if (connection) {
    connection.textContent = 'A part of this page could not be loaded; trying again.'
    connection.hidden = false
  }
  setTimeout(() => location.reload(), 1000)
})
