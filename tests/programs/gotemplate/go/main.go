// Renders templates with Go's own text/template: JSON lines in, JSON lines out.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"text/template"
)

// Image prints as its reference and has one field.
type Image struct {
	Tag       string
	reference string
}

func (i Image) String() string { return i.reference }

type question struct {
	Template   string `json:"template"`
	Data       any    `json:"data"`
	MissingKey string `json:"missing_key"`
}

// native turns decoded JSON into the data model: int, float64, and images written as {"$image": [reference, tag]}.
func native(v any) any {
	switch v := v.(type) {
	case json.Number:
		if !strings.ContainsAny(v.String(), ".eE") {
			if n, err := v.Int64(); err == nil {
				return int(n)
			}
		}
		f, _ := v.Float64()
		return f
	case []any:
		for i := range v {
			v[i] = native(v[i])
		}
		return v
	case map[string]any:
		if image, ok := v["$image"]; ok {
			return Image{image.([]any)[1].(string), image.([]any)[0].(string)}
		}
		for k := range v {
			v[k] = native(v[k])
		}
		return v
	}
	return v
}

type limited struct{ bytes.Buffer }

type full struct{}

func (full) Error() string { return "output too large" }

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > 8<<20 {
		return 0, full{}
	}
	return l.Buffer.Write(p)
}

func answer(q question) (result map[string]any) {
	defer func() {
		if p := recover(); p != nil {
			result = map[string]any{"error": "panic"}
		}
	}()
	t, err := template.New("the source").Option("missingkey=" + q.MissingKey).Parse(q.Template)
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	var out limited
	if err := t.Execute(&out, native(q.Data)); err != nil {
		return map[string]any{"error": err.Error()}
	}
	return map[string]any{"out": out.String()}
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<28)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for lines.Scan() {
		var q question
		decoder := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		decoder.UseNumber()
		if err := decoder.Decode(&q); err != nil {
			panic(err)
		}
		encoder.Encode(answer(q))
		out.Flush()
	}
}
