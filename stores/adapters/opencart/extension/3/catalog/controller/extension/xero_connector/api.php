<?php

require_once DIR_SYSTEM . 'library/xero_connector/autoload.php';

/** The address that the connector asks: index.php?route=extension/xero_connector/api */
class ControllerExtensionXeroConnectorApi extends Controller
{
    public function index()
    {
        $answer = \XeroConnector\OpenCart3::connector($this->registry)->api()->serve($_SERVER);
        // The connector is no visitor: the session that OpenCart began for it is not kept, where OpenCart can drop it.
        if (is_callable([$this->session, 'destroy'])) {
            register_shutdown_function([$this->session, 'destroy']);
        }
        $answer->send();
        exit;
    }
}
