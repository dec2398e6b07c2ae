<?php

use Tygh\Registry;
use Tygh\Tygh;
use XeroConnector\Connector;

if (!defined('BOOTSTRAP')) {
    die('Access denied');
}

require_once __DIR__ . '/library/autoload.php';

/*
 * What CS-Cart calls. Versions give a hook more or fewer parameters, in some in another order: each has a default, and
 * of what comes only the id is used. A hook writes a row and asks for a hint later; it never fails and never waits.
 */

function fn_xero_connector_install()
{
    (new Connector())->install();
}

function fn_xero_connector_uninstall()
{
    (new Connector())->uninstall();
}

/**
 * Notes that a record changed.
 *
 * @param string $kind "order", "customer" or "product"
 * @param mixed $id as the hook gives it
 */
function fn_xero_connector_changed($kind, $id)
{
    if (is_scalar($id) && (int) $id > 0) {
        Connector::quietly(static function (Connector $connector) use ($kind, $id) {
            $connector->outbox()->changed($kind, (int) $id);
        });
    }
}

function fn_xero_connector_place_order($order_id = 0, $action = '', $order_status = '', $cart = null, $auth = null)
{
    fn_xero_connector_changed('order', $order_id);
}

function fn_xero_connector_change_order_status_post(
    $order_id = 0,
    $status_to = '',
    $status_from = '',
    $force_notification = [],
    $place_order = false,
    $order_info = [],
    $edp_data = []
) {
    fn_xero_connector_changed('order', $order_id);
}

function fn_xero_connector_update_order(&$order = [], $order_id = 0)
{
    fn_xero_connector_changed('order', $order_id);
}

function fn_xero_connector_update_order_customer_info_post($order_info = [], $order_id = 0)
{
    fn_xero_connector_changed('order', $order_id);
}

/** Before the rows are gone: what stands of the order now is kept. */
function fn_xero_connector_delete_order($order_id = 0)
{
    if (is_scalar($order_id) && (int) $order_id > 0) {
        Connector::quietly(static function (Connector $connector) use ($order_id) {
            $connector->outbox()->deletingOrder((int) $order_id);
        });
    }
}

function fn_xero_connector_create_shipment_post($shipment_data = [], $order_info = [], $group_key = 0)
{
    fn_xero_connector_changed('order', is_array($order_info) && isset($order_info['order_id'])
        ? $order_info['order_id']
        : (is_array($shipment_data) && isset($shipment_data['order_id']) ? $shipment_data['order_id'] : 0));
}

function fn_xero_connector_update_profile($action = '', $user_data = [], $current_user_data = [])
{
    $type = is_array($user_data) && isset($user_data['user_type']) ? $user_data['user_type'] : 'C';
    if ($type === 'C' && isset($user_data['user_id'])) {
        fn_xero_connector_changed('customer', $user_data['user_id']);
    }
}

function fn_xero_connector_update_product_post($product_data = [], $product_id = 0, $lang_code = '', $create = false)
{
    fn_xero_connector_changed('product', $product_id);
}

/**
 * A return came or is being changed: noted when the request is at its end, as CS-Cart tells it by no hook.
 *
 * @param array $request as CS-Cart cleaned it
 */
function fn_xero_connector_return_changes(array $request)
{
    $places = [$request, isset($request['change_return_status']) ? $request['change_return_status'] : []];
    $ids = [];
    foreach ($places as $place) {
        if (is_array($place) && isset($place['return_id']) && is_scalar($place['return_id'])) {
            $ids[] = (int) $place['return_id'];
        }
    }
    $order_id = isset($request['order_id']) && is_scalar($request['order_id']) ? (int) $request['order_id'] : 0;
    register_shutdown_function(static function () use ($ids, $order_id) {
        Connector::quietly(static function (Connector $connector) use ($ids, $order_id) {
            foreach (array_filter(array_unique($ids)) as $id) {
                $connector->outbox()->returnChanged($id);
            }
            $connector->outbox()->changed('order', $order_id);
        });
    });
}

/**
 * Whether the staff's wishes and states are shown: to the administrators of the whole shop, not to its vendors.
 *
 * @return bool
 */
function fn_xero_connector_is_shown()
{
    return defined('AREA') && AREA === 'A' && !(int) Registry::get('runtime.company_id');
}

/**
 * @param string $kind "order" or "product"
 * @param array $ids
 *
 * @return array state, number, url, reason and said, by id; [] where the tables cannot be read
 */
function fn_xero_connector_states($kind, array $ids)
{
    $states = [];
    $ids = array_values(array_unique(array_filter(array_map('intval', $ids))));
    if ($ids && fn_xero_connector_is_shown()) {
        Connector::quietly(static function (Connector $connector) use ($kind, $ids, &$states) {
            $states = $connector->states()->of($kind, $ids);
        });
    }
    return $states;
}

/**
 * Asks the connector for what somebody of the staff wishes, and shows what it says.
 *
 * @param string $kind "order" or "product"
 * @param array $request as CS-Cart cleaned it: ask, ids, reason
 */
function fn_xero_connector_wish(Connector $connector, $kind, array $request)
{
    $text = static function ($name) use ($request) {
        return isset($request[$name]) && is_string($request[$name]) ? $request[$name] : '';
    };
    $given = isset($request['ids']) ? $request['ids'] : [];
    $ids = array_values(array_filter(array_map('intval', is_array($given) ? $given : explode(',', (string) $given))));
    $auth = Tygh::$app['session']['auth'];
    $person = (string) fn_get_user_name(isset($auth['user_id']) ? (int) $auth['user_id'] : 0);
    // CS-Cart escapes what comes in; the connector keeps it as it was written.
    $reason = html_entity_decode($text('reason'), ENT_QUOTES, 'UTF-8');
    $answer = $connector->wishes()->ask($text('ask'), $kind, $ids, trim($person), $reason);
    if ($answer['error'] !== '') {
        fn_set_notification('E', __('error'), htmlspecialchars($answer['error'], ENT_QUOTES, 'UTF-8'));
    }
    foreach (array_slice($answer['done'], 0, 20) as $one) {
        $said = '#' . $one['id'] . ': ' . $one['did'];
        fn_set_notification('N', __('notice'), htmlspecialchars($said, ENT_QUOTES, 'UTF-8'), 'S');
    }
    if (count($answer['done']) > 20) {
        $rest = ['[number]' => count($answer['done']) - 20];
        fn_set_notification('N', __('notice'), __('xero_connector.and_more', $rest), 'S');
    }
}
