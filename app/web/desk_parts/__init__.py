"""What stands beside a report on the desk's pages: one module for each part, put together by app.web.pages.desk_view.

Every part has `context(seen)`, which gives the names that its fragments in templates/desk/ use.
"""
