"""Who a person is: accounts and wrong passwords, second factors, and what a session keeps."""
