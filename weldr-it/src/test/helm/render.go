// Renders a chart as "helm template" does, with the template engine and the functions that Helm 3 uses: text/template,
// sprig and sigs.k8s.io/yaml, as Debian packages them. Knows the functions of functions.txt, and no others.
//
//	render FUNCTIONS CHART < input.json
//
// The input is an object: "release" (name, namespace, upgrade), "values" (what the user gives), and "there" (what lookup
// finds, by "KIND/NAMESPACE/NAME"). The output is an object: under "values" the values that the templates had, which Helm
// compares with the schema of the chart before it renders; under "texts" the text of each template by its name; under
// "error" what a template refused.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

type object = map[string]interface{}

type input struct {
	Release struct {
		Name      string
		Namespace string
		Upgrade   bool
	}
	Values object
	There  object
}

func main() {
	rendered, err := render(os.Args[1], os.Args[2])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(rendered)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func render(functionsFile string, chart string) (object, error) {
	var given input
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		return nil, err
	}
	allowed, err := names(functionsFile)
	if err != nil {
		return nil, err
	}
	var about, values object
	if err := read(filepath.Join(chart, "Chart.yaml"), &about); err != nil {
		return nil, err
	}
	if err := read(filepath.Join(chart, "values.yaml"), &values); err != nil {
		return nil, err
	}
	values = merged(values, given.Values)
	top := template.New("chart").Option("missingkey=zero")
	functions, err := functionsFor(top, allowed, given.There)
	if err != nil {
		return nil, err
	}
	top.Funcs(functions)
	files, err := filepath.Glob(filepath.Join(chart, "templates", "*"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if _, err := top.New(filepath.Base(file)).Parse(string(text)); err != nil {
			return nil, err
		}
	}
	context := object{
		"Values": values,
		"Chart":  object{"Name": about["name"], "Version": about["version"], "AppVersion": about["appVersion"]},
		"Release": object{
			"Name":      given.Release.Name,
			"Namespace": given.Release.Namespace,
			"Service":   "Helm",
			"IsUpgrade": given.Release.Upgrade,
			"IsInstall": !given.Release.Upgrade,
			"Revision":  1,
		},
	}
	texts := object{}
	for _, file := range files {
		name := filepath.Base(file)
		if strings.HasPrefix(name, "_") {
			continue
		}
		var text strings.Builder
		if err := top.ExecuteTemplate(&text, name, context); err != nil {
			return object{"values": values, "error": err.Error()}, nil
		}
		// Helm replaces it as well. Here it is a mistake of the chart: a value that there is not.
		if strings.Contains(text.String(), "<no value>") {
			return object{"values": values, "error": name + " uses a value that there is not:\n" + text.String()}, nil
		}
		texts[name] = text.String()
	}
	return object{"values": values, "texts": texts}, nil
}

// What the user gives wins; maps are merged, and null takes a default away.
func merged(defaults object, given object) object {
	result := object{}
	for key, value := range defaults {
		result[key] = value
	}
	for key, value := range given {
		below, isMap := value.(object)
		default_, wasMap := result[key].(object)
		switch {
		case value == nil:
			delete(result, key)
		case isMap && wasMap:
			result[key] = merged(default_, below)
		default:
			result[key] = value
		}
	}
	return result
}

func functionsFor(top *template.Template, allowed []string, there object) (template.FuncMap, error) {
	known := sprig.TxtFuncMap()
	known["toYaml"] = func(value interface{}) (string, error) {
		text, err := yaml.Marshal(value)
		return strings.TrimSuffix(string(text), "\n"), err
	}
	known["fail"] = func(message string) (string, error) { return "", errors.New(message) }
	known["lookup"] = func(version string, kind string, namespace string, name string) object {
		if found, ok := there[kind+"/"+namespace+"/"+name].(object); ok {
			return found
		}
		return object{}
	}
	known["include"] = func(name string, data interface{}) (string, error) {
		var text strings.Builder
		err := top.ExecuteTemplate(&text, name, data)
		return text.String(), err
	}
	functions := template.FuncMap{}
	for _, name := range allowed {
		function, ok := known[name]
		if !ok {
			return nil, fmt.Errorf("%s: no such function", name)
		}
		functions[name] = function
	}
	return functions, nil
}

func names(file string) ([]string, error) {
	in, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	var all []string
	for lines := bufio.NewScanner(in); lines.Scan(); {
		if line := strings.TrimSpace(lines.Text()); line != "" && !strings.HasPrefix(line, "#") {
			all = append(all, line)
		}
	}
	return all, nil
}

func read(file string, into interface{}) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return yaml.Unmarshal(text, into)
}
