/** A notebook with every kind of cell and output, laid out as nobody's writer would. */
export const notebookText = String.raw`{"extra": true,
  "nbformat":4, "nbformat_minor" : 5,
  "metadata": {"kernelspec": {"name": "genbook"}, "scale": 1.0, "tiny": 1E-7, "genbook": {"seed": 7, "mine": -0.0}},
  "cells": [
    {"cell_type": "markdown", "id": "intro", "metadata": {}, "source": "# Title\n\nTwo  \nlines",
     "attachments": {"a.png": {"image/png": ["iVBO\n", "Rw=="]}}},
    {
      "id": "code-1",
      "cell_type": "code",
      "metadata": {"nbgrader": {"points": 1.0, "grade_id": "q1"}, "odd key": 12345678901234567890},
      "source": ["const a = 1\r\n", "\u0430 + \"ü\"\n"],
      "execution_count": 3,
      "__proto__x": 1,
      "outputs": [
        {"output_type": "stream", "name": "stdout", "text": ["one\n", "two"]},
        {"output_type": "display_data", "transient": {}, "metadata": {"size": [1.0]},
         "data": {"text/html": ["<b>\n", "</b>"], "application/vnd.plotly.v1+json": {"data": [1.0, 1e2], "layout": {}}}},
        {"output_type": "execute_result", "execution_count": 3, "metadata": {}, "data": {"text/plain": "1"}},
        {"output_type": "error", "ename": "TypeError", "evalue": "no", "traceback": ["a", "b\n"]},
        {"output_type": "update", "deep": [{"x": null}]}
      ]
    },
    { "cell_type": "raw", "id": "raw_1", "metadata": {"format": "text/latex"}, "execution_count": 1, "source": "kept as it is" }
  ]
}
  `
