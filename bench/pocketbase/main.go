package main

import (
	"log"

	"github.com/pocketbase/pocketbase"
)

// PocketBase as it comes: the bench configures it over HTTP, and fills its SQLite file.
func main() {
	if err := pocketbase.New().Start(); err != nil {
		log.Fatal(err)
	}
}
