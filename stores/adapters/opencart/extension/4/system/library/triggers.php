<?php
declare(strict_types=1);

namespace Opencart\System\Library\Extension\XeroConnector;

/**
 * What the extension listens to, and how a version of OpenCart spells it.
 *
 * A method of a model stands behind a slash up to 4.0 and behind a point from
 * 4.1 on; a method of a controller behind a bar before 4.0.2 and behind a
 * point since.
 */
class Triggers
{
    public const CODE = 'xero_connector';

    /**
     * What happens in the shop: model, method, when, and the method of the application's event controller.
     *
     * 4.1 has deleteAddresses for deleteAddress; it also deletes orders by the admin's own model, which up to 4.0
     * has no such method.
     */
    private const MODELS = [
        ['catalog', 'checkout/order', 'addHistory', 'after', 'orderChanged'],
        ['catalog', 'checkout/order', 'editOrder', 'after', 'orderChanged'],
        ['catalog', 'checkout/order', 'editTransactionId', 'after', 'orderChanged'],
        ['catalog', 'checkout/order', 'deleteOrder', 'before', 'orderGoes'],
        ['catalog', 'checkout/order', 'deleteOrder', 'after', 'orderGone'],
        ['catalog', 'account/customer', 'addCustomer', 'after', 'customerAdded'],
        ['catalog', 'account/customer', 'editCustomer', 'after', 'customerChanged'],
        ['catalog', 'account/customer', 'deleteCustomer', 'after', 'customerGone'],
        ['catalog', 'account/address', 'addAddress', 'after', 'addressAdded'],
        ['catalog', 'account/address', 'editAddress', 'after', 'addressChanged'],
        ['catalog', 'account/address', 'deleteAddress*', 'after', 'addressChanged'],
        ['catalog', 'account/returns', 'addReturn', 'after', 'returnAdded'],
        ['admin', 'sale/order', 'createInvoiceNo', 'after', 'orderChanged'],
        ['admin', 'sale/order', 'deleteOrder', 'before', 'orderGoes'],
        ['admin', 'sale/order', 'deleteOrder', 'after', 'orderGone'],
        ['admin', 'customer/customer', 'addCustomer', 'after', 'customerAdded'],
        ['admin', 'customer/customer', 'editCustomer', 'after', 'customerChanged'],
        ['admin', 'customer/customer', 'deleteCustomer', 'after', 'customerGone'],
        ['admin', 'customer/customer', 'addAddress', 'after', 'customerChanged'],
        ['admin', 'customer/customer', 'editAddress', 'after', 'customerChanged'],
        ['admin', 'customer/customer', 'deleteAddress*', 'after', 'customerChanged'],
        ['admin', 'sale/returns', 'addReturn', 'after', 'returnAdded'],
        ['admin', 'sale/returns', 'editReturn', 'after', 'returnChanged'],
        ['admin', 'sale/returns', 'addHistory', 'after', 'returnChanged'],
        ['admin', 'sale/returns', 'deleteReturn', 'before', 'returnGoes'],
        ['admin', 'catalog/product', 'addProduct', 'after', 'productAdded'],
        ['admin', 'catalog/product', 'addVariant', 'after', 'variantAdded'],
        ['admin', 'catalog/product', 'editProduct', 'after', 'productChanged'],
        ['admin', 'catalog/product', 'editVariant', 'after', 'variantChanged'],
        ['admin', 'catalog/product', 'deleteProduct', 'after', 'productGone'],
    ];

    /** Pages of the admin that are extended: template, when, and the method of the page's event controller. */
    private const PAGES = [
        ['common/column_left', 'before', 'menu'],
        ['sale/order', 'after', 'orders'],
        ['sale/order_list', 'after', 'orderRows'],
        ['sale/order_info', 'after', 'order'],
        ['catalog/product', 'after', 'products'],
        ['catalog/product_list', 'after', 'productRows'],
        ['catalog/product_form', 'after', 'product'],
        ['customer/customer', 'after', 'customers'],
        ['customer/customer_list', 'after', 'customerRows'],
        ['customer/customer_form', 'after', 'customer'],
    ];

    /**
     * Rows for addEvent of the model setting/event.
     *
     * @return array<int, array<string, mixed>> code, description, trigger, action, status, sort_order
     */
    public static function all(string $version): array
    {
        $events = [];

        foreach (self::MODELS as [$application, $model, $method, $when, $handler]) {
            $trigger = $application . '/model/' . $model . self::ofModel($version) . $method . '/' . $when;
            $events[] = self::row($trigger, self::route('event/record', $handler, $version));
        }

        foreach (self::PAGES as [$template, $when, $handler]) {
            $trigger = 'admin/view/' . $template . '/' . $when;
            $events[] = self::row($trigger, self::route('event/page', $handler, $version));
        }

        $saved = 'admin/controller/catalog/product' . self::beforeMethod($version) . 'save/after';
        $events[] = self::row($saved, self::route('event/page', 'productSaved', $version));

        return $events;
    }

    /** The route of a method of one of the extension's controllers. */
    public static function route(string $controller, string $method, string $version): string
    {
        return 'extension/' . self::CODE . '/' . $controller . self::beforeMethod($version) . $method;
    }

    /** What stands between a controller and its method in a route. */
    public static function beforeMethod(string $version): string
    {
        return version_compare($version, '4.0.2.0', '<') ? '|' : '.';
    }

    private static function ofModel(string $version): string
    {
        return version_compare($version, '4.1.0.0', '<') ? '/' : '.';
    }

    private static function row(string $trigger, string $action): array
    {
        return [
            'code' => self::CODE,
            'description' => 'Xero Connector',
            'trigger' => $trigger,
            'action' => $action,
            'status' => true,
            'sort_order' => 1,
        ];
    }
}
